// SPDX-License-Identifier: MIT
#include "core/settings.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/catalogue.hpp"

namespace tempera {
namespace {

struct Example {
    bool flag = false;
    int count = 3;
    long big = 5;
    double width = 0.5;
    std::string label = "a";
    std::string mode = "full";
    std::vector<double> values;
    std::vector<std::vector<double>> rows;
    Json any;

    void describe(Describer& d) {
        d.boolean("flag", flag);
        d.integer("count", count,
                  {.min = 1, .max = 10, .change = Change::warm, .unit = "pieces", .help = "how many"});
        d.integer("big", big);
        d.number("width", width, {.min = 0, .max = 1, .open_min = true, .open_max = true, .log_scale = true});
        d.text("label", label);
        d.choice("mode", mode, {"full", "diagonal"});
        d.numbers("values", values, {.min = 0});
        d.matrix("rows", rows);
        d.json("any", any);
    }
    void check(const std::string& place, Problems& problems) const {
        if (flag && count == 7) {
            problems.add(place + ".count", "must not be 7 when flag is set");
        }
    }
};

/// "place: text" of every problem.
std::vector<std::string> problems_of(const Json& in) {
    Problems problems;
    read_settings<Example>(in, "x", problems);
    std::vector<std::string> out;
    for (const Problem& p : problems.list()) {
        out.push_back(p.place + ": " + p.text);
    }
    return out;
}

TEST(Settings, ListsFields) {
    const auto fields = fields_of<Example>();
    ASSERT_EQ(fields.size(), 9u);
    EXPECT_EQ(fields[1].name, "count");
    EXPECT_EQ(fields[1].kind, Field::Kind::integer);
    EXPECT_EQ(fields[1].default_value, Json(3));
    EXPECT_EQ(fields[1].min, 1);
    EXPECT_EQ(fields[1].change, Change::warm);
    EXPECT_EQ(fields[1].unit, "pieces");
    EXPECT_EQ(fields[1].help, "how many");
    EXPECT_TRUE(fields[3].open_min && fields[3].open_max && fields[3].log_scale);
    EXPECT_EQ(fields[5].choices, (std::vector<std::string>{"full", "diagonal"}));
    EXPECT_FALSE(fields[1].optional);
    EXPECT_TRUE(fields[6].optional && fields[7].optional && fields[8].optional);
    EXPECT_TRUE(fields[6].default_value.is_null());
}

TEST(Settings, RoundTrip) {
    const Json in = Json::parse(
        R"({"type": "t", "flag": true, "count": 4, "big": 9007199254740992, "width": 0.1, "label": "ü\n", "mode": "diagonal",
                                    "values": [0, 1.5], "rows": [[1], [2, 3]], "any": {"k": [null]}})");
    Problems problems;
    const Example e = read_settings<Example>(in, "x", problems);
    EXPECT_TRUE(problems.empty());
    Json out = write_settings(e);
    out["type"] = "t";
    EXPECT_EQ(Json::diff(in, out), Json::array());
    EXPECT_EQ(write_settings(Example{})["values"], Json());
    Problems none;
    EXPECT_EQ(write_settings(read_settings<Example>(write_settings(Example{}), "x", none)),
              write_settings(Example{}));
    EXPECT_TRUE(none.empty());
}

TEST(Settings, Messages) {
    const std::vector<std::pair<const char*, std::string>> table = {
        {R"({"count": 0})", "x.count: must be at least 1 (is 0)"},
        {R"({"count": 11})", "x.count: must be at most 10 (is 11)"},
        {R"({"count": 3.5})", "x.count: must be a whole number (is 3.5)"},
        {R"({"count": "many"})", "x.count: must be a whole number (is \"many\")"},
        {R"({"count": true})", "x.count: must be a whole number (is true)"},
        {R"({"count": null})", "x.count: must be a whole number (is null)"},
        {R"({"big": 1e300})", "x.big: must be at most 9007199254740992 (is 1e+300)"},
        {R"({"big": 9007199254740993})", "x.big: must be at most 9007199254740992 (is 9007199254740993)"},
        {R"({"big": -9007199254740993})", "x.big: must be at least -9007199254740992 (is -9007199254740993)"},
        {R"({"big": 18446744073709551615})",
         "x.big: must be at most 9007199254740992 (is 18446744073709551615)"},
        {R"({"big": 9007199254740993.0})",
         "x.big: must be at most 9007199254740992, written without a point (is 9.007199254740992e+15)"},
        {R"({"width": 0})", "x.width: must be greater than 0 (is 0)"},
        {R"({"width": 1})", "x.width: must be less than 1 (is 1)"},
        {R"({"width": "0.5"})", "x.width: must be a number (is \"0.5\")"},
        {R"({"width": []})", "x.width: must be a number (is [])"},
        {R"({"flag": 1})", "x.flag: must be true or false (is 1)"},
        {R"({"label": 1})", "x.label: must be text (is 1)"},
        {R"({"mode": "ful"})", "x.mode: must be one of: full, diagonal (is \"ful\"); did you mean \"full\"?"},
        {R"({"mode": 2})", "x.mode: must be one of: full, diagonal (is 2)"},
        {R"({"values": 2})", "x.values: must be a list of numbers (is 2)"},
        {R"({"values": [1, -1]})", "x.values[1]: must be at least 0 (is -1)"},
        {R"({"values": [1, "a"]})", "x.values[1]: must be a number (is \"a\")"},
        {R"({"rows": [1]})", "x.rows[0]: must be a list of numbers (is 1)"},
        {R"({"rows": [[1], ["b"]]})", "x.rows[1][0]: must be a number (is \"b\")"},
        {R"({"cuont": 1})", "x.cuont: is not known; did you mean \"count\"? (known: flag, count, big, width, "
                            "label, mode, values, rows, any, type)"},
        {R"({"flag": true, "count": 7})", "x.count: must not be 7 when flag is set"},
        {R"([1])", "x: must be an object with settings (is [1])"},
    };
    for (const auto& [in, message] : table) {
        EXPECT_EQ(problems_of(Json::parse(in)), std::vector<std::string>{message}) << in;
    }
}

TEST(Settings, WholeNumbersMayBeWrittenAsFloats) {
    Problems problems;
    EXPECT_EQ(read_settings<Example>(Json::parse(R"({"count": 4.0, "big": 1e6})"), "x", problems).big,
              1000000);
    EXPECT_TRUE(problems.empty());
}

TEST(Settings, NonFiniteNumbersAreRefused) {
    EXPECT_EQ(problems_of(Json{{"width", std::nan("")}}),
              std::vector<std::string>{"x.width: must be finite (is NaN)"});
    EXPECT_EQ(problems_of(Json{{"count", HUGE_VAL}}),
              std::vector<std::string>{"x.count: must be finite (is infinity)"});
    EXPECT_EQ(problems_of(Json{{"values", {1.0, -HUGE_VAL}}}),
              std::vector<std::string>{"x.values[1]: must be finite (is -infinity)"});
}

TEST(Settings, EveryProblemIsReported) {
    EXPECT_EQ(problems_of(Json::parse(R"({"count": 0, "width": 2, "mode": "x", "typo": 1})")).size(), 4u);
}

const std::vector<SettingsType>& example_types();

struct Inner {
    double width = 1;
    int n = 2;
    std::string shown;  // completed

    void describe(Describer& d) {
        d.number("width", width, {.min = 0, .help = "how wide"});
        d.integer("n", n, {.change = Change::hot});
    }
    void complete() { shown = std::to_string(n); }
    void check(const std::string& place, Problems& problems) const {
        if (n == 5) {
            problems.add(place + ".n", "must not be 5");
        }
    }
};

struct Nested {
    Inner inner{.width = 3, .n = 2, .shown = ""};
    Json one{{"type", "example"}};
    Json many = Json::array({Json{{"type", "example"}, {"count", 2}}});
    std::optional<double> floor;
    std::optional<long> steps;
    std::string file;

    void describe(Describer& d) {
        d.group("inner", inner, {.help = "settings of their own"});
        d.entry("one", one, example_types);
        d.list("many", many, example_types, {.min = 1});
        d.number_or("floor", floor, "auto", {.min = 0});
        d.integer_or("steps", steps, nullptr, {.min = 1});
        d.file("file", file, {"exact"});
    }
};

TEST(NestedSettings, AreListedWithWhatCanStandInThem) {
    const auto fields = fields_of<Nested>();
    ASSERT_EQ(fields.size(), 6u);
    EXPECT_EQ(fields[0].kind, Field::Kind::group);
    ASSERT_EQ(fields[0].fields.size(), 2u);
    EXPECT_EQ(fields[0].fields[0].default_value, Json(3.0));  // of this place, not of the type
    EXPECT_EQ(fields[0].fields[1].change, Change::hot);
    EXPECT_EQ(fields[1].kind, Field::Kind::entry);
    EXPECT_EQ(fields[1].family().front().name, "example");
    EXPECT_EQ(fields[2].kind, Field::Kind::list);
    EXPECT_EQ(fields[3].word, "auto");
    EXPECT_EQ(fields[3].default_value, Json("auto"));
    EXPECT_TRUE(fields[4].optional && fields[4].default_value.is_null());
    EXPECT_EQ(fields[5].kind, Field::Kind::file);
    EXPECT_EQ(fields[5].choices, std::vector<std::string>{"exact"});
}

TEST(NestedSettings, AreReadWithTheirDefaultsAndWrittenWhole) {
    Problems problems;
    const Nested s = read_settings<Nested>(
        Json::parse(R"({"inner": {"n": 7}, "many": [{"type": "example", "width": 0.25}], "floor": 0.5})"),
        "x", problems);
    EXPECT_TRUE(problems.empty());
    EXPECT_EQ(s.inner.n, 7);
    EXPECT_EQ(s.inner.width, 3);
    EXPECT_EQ(s.inner.shown, "7");
    EXPECT_EQ(s.one["count"], 3) << "absent: the default, with all of its settings";
    EXPECT_EQ(s.many[0]["width"], 0.25);
    EXPECT_EQ(s.many[0]["count"], 3);
    EXPECT_EQ(s.floor, 0.5);
    const Json out = write_settings(s);
    EXPECT_EQ(out["inner"]["n"], 7);
    EXPECT_TRUE(out["steps"].is_null());
    EXPECT_EQ(write_settings(read_settings<Nested>(out, "x", problems)), out);
    EXPECT_EQ(read_settings<Nested>(Json{{"floor", "auto"}}, "x", problems).floor, std::nullopt);
    EXPECT_TRUE(problems.empty());
}

TEST(NestedSettings, ProblemsNameTheirExactPlace) {
    const std::vector<std::pair<const char*, std::string>> table = {
        {R"({"inner": {"widht": 1}})",
         "x.inner.widht: is not known; did you mean \"width\"? (known: width, n)"},
        {R"({"inner": {"width": -1}})", "x.inner.width: must be at least 0 (is -1)"},
        {R"({"inner": {"n": 5}})", "x.inner.n: must not be 5"},
        {R"({"inner": 3})", "x.inner: must be an object with settings (is 3)"},
        {R"({"one": {"type": "exmaple"}})",
         "x.one.type: \"exmaple\" is not known; did you mean \"example\"? (one of: example)"},
        {R"({"one": {}})", "x.one.type: is missing; choose one of: example"},
        {R"({"one": {"type": 3}})", "x.one.type: 3 must be a text, one of: example"},
        {R"({"one": 3})", "x.one: must be an object such as { \"type\": \"example\" } (is 3)"},
        {R"({"many": [{"type": "example"}, {"type": "example", "count": 0}]})",
         "x.many[1].count: must be at least 1 (is 0)"},
        {R"({"many": []})",
         "x.many: must be a list that is not empty, such as [{ \"type\": \"example\" }] (is [])"},
        {R"({"many": {}})", "x.many: must be a list such as [{ \"type\": \"example\" }] (is {})"},
        {R"({"floor": "automatic"})", "x.floor: must be a number or \"auto\" (is \"automatic\")"},
        {R"({"floor": -1})", "x.floor: must be at least 0 (is -1)"},
        {R"({"steps": "auto"})", "x.steps: must be a whole number or null (is \"auto\")"},
        {R"({"steps": 1.5})", "x.steps: must be a whole number (is 1.5)"},
        {R"({"file": 3})", "x.file: must be text (is 3)"},
    };
    for (const auto& [in, message] : table) {
        Problems problems;
        read_settings<Nested>(Json::parse(in), "x", problems);
        ASSERT_EQ(problems.list().size(), 1u) << in;
        EXPECT_EQ(problems.list()[0].place + ": " + problems.list()[0].text, message) << in;
    }
}

TEST(Settings, LongValuesAreShortenedAndBrokenTextSurvives) {
    const auto p = problems_of(Json{{"count", std::string(1000, 'a')}, {"big", std::string("\xff\xfe")}});
    ASSERT_EQ(p.size(), 2u);
    EXPECT_LT(p[0].size(), 140u);
}

TEST(NearestName, FindsTyposOnly) {
    const std::vector<std::string> known = {"n_particles",  "ess_threshold", "resampling",
                                            "second_order", "first_order",   "none"};
    EXPECT_EQ(nearest_name("n_partciles", known), "n_particles");
    EXPECT_EQ(nearest_name("particles", known), "n_particles");
    EXPECT_EQ(nearest_name("secondorder", known), "second_order");
    EXPECT_EQ(nearest_name("First-Order", known), "first_order");
    EXPECT_EQ(nearest_name("non", known), "none");
    EXPECT_EQ(nearest_name("banana", known), "");
    EXPECT_EQ(nearest_name("", known), "");
}

TEST(ConfigErrors, NameEveryPlace) {
    Problems problems;
    problems.throw_if_any();
    problems.add("a.b", "must be 1");
    problems.add("", "and more");
    try {
        problems.throw_if_any();
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_STREQ(e.what(), "a.b: must be 1\nand more");
        EXPECT_EQ(e.problems().size(), 2u);
    }
}

template <class Real>
struct Thing {
    virtual ~Thing() = default;
    virtual double value() const = 0;
};
template <class Real>
struct ThingContext {
    double scale = 1;
};
template <class Real>
struct ExampleThing : Thing<Real> {
    ExampleThing(const Example& e, const ThingContext<Real>& c) : v(e.width * c.scale) {}
    double value() const override { return v; }
    double v;
};

const std::vector<SettingsType>& example_types() {
    static const std::vector<SettingsType> types = settings_types(std::vector{
        make_entry<Thing, ThingContext, ExampleThing, Example>("x.one", "example", "an example")});
    return types;
}

TEST(Catalogue, EntriesResolveCheckAndMake) {
    const auto entry =
        make_entry<Thing, ThingContext, ExampleThing, Example>("things", "example", "an example");
    EXPECT_EQ(entry.info.family, "things");
    EXPECT_EQ(entry.info.fields.size(), 9u);
    const Json resolved = entry.resolve(Json{{"width", 0.25}});
    EXPECT_EQ(resolved["type"], "example");
    EXPECT_EQ(resolved["count"], 3);
    EXPECT_EQ(entry.make<double>(resolved, {.scale = 4})->value(), 1.0);
    EXPECT_EQ(entry.make<float>(resolved, {.scale = 4})->value(), 1.0);
    EXPECT_THROW(entry.resolve(Json{{"width", 3}}), ConfigError);
    Problems problems;
    entry.check(Json{{"width", 3}, {"count", 0}}, "here", problems);
    EXPECT_EQ(problems.list().size(), 2u);
    try {
        find_entry(std::vector{entry}, "thing", "exmaple");
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_STREQ(e.what(),
                     "thing.type: \"exmaple\" is not known; did you mean \"example\"? (one of: example)");
    }
}

}  // namespace
}  // namespace tempera
