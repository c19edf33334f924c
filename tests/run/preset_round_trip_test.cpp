// SPDX-License-Identifier: MIT
// What is saved is read again as it was.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/build_id.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "support/presets.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

using test::all_of;
using test::good_preset;
using test::mentions;

/// A value that differs from the present one and still obeys the field's range; null when there is none to
/// try.
Json other_value(const Field& f, const Json& now) {
    switch (f.kind) {
    case Field::Kind::boolean:
        return now.is_boolean() ? Json(!now.get<bool>()) : Json(nullptr);
    case Field::Kind::integer: {
        const long v = now.is_number() ? now.get<long>() : 1;
        return static_cast<double>(v + 1) <= f.max   ? Json(v + 1)
               : static_cast<double>(v - 1) >= f.min ? Json(v - 1)
                                                     : Json(nullptr);
    }
    case Field::Kind::number: {
        const double v = now.is_number() ? now.get<double>() : 1, up = v * 1.25 + 0.0625;
        const bool fits = up < f.max || (up == f.max && !f.open_max);
        return fits ? Json(up) : v * 0.5 > f.min ? Json(v * 0.5) : Json(nullptr);
    }
    case Field::Kind::choice:
        for (const std::string& c : f.choices) {
            if (Json(c) != now) {
                return c;
            }
        }
        return nullptr;
    default:
        return nullptr;
    }
}

TEST(Preset, EveryFieldOfEveryTypeSurvivesSavingAndLoading) {
    int changed = 0, nested = 0;
    for (const std::string& section : typed_sections()) {
        for (const SettingsType& type : types_of(section)) {
            Problems start;
            type.check(Json{{"type", type.name}}, section, start);
            if (!start.empty()) {
                continue;  // needs values that no default can give (weights, means, explicit values)
            }
            const Json base = type.resolve(Json{{"type", type.name}});
            const auto survives = [&](const std::string& place, const Field& f, const Json& now) {
                const Json value = other_value(f, now);
                Json edited = base;
                Problems problems;
                if (value.is_null() || (set_value(edited, place, value),
                                        type.check(edited, section, problems), !problems.empty())) {
                    return;
                }
                const Json loaded = Json::parse(format_preset(type.resolve(edited)));
                const std::string what = section + " " + type.name + " " + place;
                EXPECT_EQ(get_value(loaded, place), value) << what;
                EXPECT_EQ(type.resolve(loaded), type.resolve(edited)) << what;
                const bool listed = place.find('[') != std::string::npos;
                EXPECT_EQ(preset_difference(base, loaded),
                          std::vector<std::string>{listed ? place.substr(0, place.find('[')) : place});
                ++changed;
                nested += place != f.name;
            };
            // fields of groups, entries and lists like those at the top
            Json document{{section.substr(0, section.find('.')), base}};
            if (section.find('.') == std::string::npos) {
                for_each_setting(document, [&](const std::string& place, const Field& f, Json& now) {
                    survives(place.substr(section.size() + 1), f, now);
                });
            } else {
                for (const Field& f : type.fields) {
                    survives(f.name, f, base[f.name]);
                }
            }
        }
    }
    EXPECT_GT(changed, 60);
    EXPECT_GT(nested, 20) << "training, its noise and losses, schedules";
}

TEST(Preset, RunAndViewRoundTrip) {
    for (const std::string section : {"run", "view"}) {
        for (const Field& f : section_fields(section, "")) {
            Json preset = resolve_preset(good_preset());
            const Json value = other_value(f, preset[section][f.name]);
            if (value.is_null()) {
                continue;
            }
            preset[section][f.name] = value;
            const Json loaded = resolve_preset(parse_preset(format_preset(preset), "again"));
            EXPECT_EQ(loaded, preset) << section << "." << f.name;
        }
    }
}

/// Shipped presets that need data of the user's own, and the setting that names them.
const std::map<std::string, std::string> needs_data{{"train_from_samples", "model.training.data"},
                                                    {"logistic_german", "target.data"}};

TEST(Preset, ShippedPresetsAreGoodAndStable) {
    int n = 0;
    for (const auto& file : fs::directory_iterator(preset_dir())) {
        if (file.path().extension() != ".json") {
            continue;
        }
        const Json preset = load_preset(file.path());
        const auto problems = check_preset(preset);
        if (const auto data = needs_data.find(file.path().stem().string()); data != needs_data.end()) {
            ASSERT_EQ(problems.size(), 1u) << all_of(problems);
            EXPECT_TRUE(mentions(problems, data->second, "npy")) << all_of(problems);
        } else {
            EXPECT_EQ(all_of(problems), "") << file.path();
        }
        const Json resolved = resolve_preset(preset);
        Json again = parse_preset(format_preset(resolved), "again");
        EXPECT_FALSE(again.contains(place_key)) << "never stored";
        again[place_key] = preset[place_key];
        EXPECT_EQ(resolve_preset(again), resolved) << file.path();
        EXPECT_EQ(resolved["name"].get<std::string>(), file.path().stem().string());
        EXPECT_FALSE(resolved["note"].get<std::string>().empty()) << file.path();
        ++n;
    }
    EXPECT_GE(n, 11);
}

}  // namespace
}  // namespace tempera
