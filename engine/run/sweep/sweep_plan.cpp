// SPDX-License-Identifier: MIT
// Which runs a sweep has, and which models they wait for.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.hpp"
#include "models/model.hpp"
#include "paths/density_path.hpp"
#include "run/preset/preset.hpp"
#include "run/sweep/sweep.hpp"

namespace tempera {

namespace {

/// Commas outside brackets and quotes part the values.
std::vector<Json> split_values(const std::string& text) {
    std::vector<Json> out;
    std::string part;
    int depth = 0;
    bool quoted = false;
    const auto finish = [&] {
        Json value = Json::parse(part, nullptr, false);
        out.push_back(value.is_discarded() ? Json(part) : value);
        part.clear();
    };
    for (char c : text) {
        quoted = c == '"' ? !quoted : quoted;
        depth += quoted ? 0 : (c == '[' || c == '{') - (c == ']' || c == '}');
        if (c == ',' && depth == 0 && !quoted) {
            finish();
        } else {
            part += c;
        }
    }
    finish();
    return out;
}

/// A setting and its values.
SweepColumn grid_column(const std::string& place, const std::vector<Json>& values) {
    SweepColumn out{place, {}};
    for (const Json& v : values) {
        SweepValue value{v.is_string() ? v.get<std::string>() : v.dump(), Json::object()};
        value.changes[place] = v;
        value.number = v.is_number() ? v.get<double>() : value.number;
        out.values.push_back(std::move(value));
    }
    return out;
}

/// Named bundles of changes.
SweepColumn variant_column(const std::string& name, const std::string& place, const Json& variants) {
    SweepColumn out{name, {}};
    if (!variants.is_array() || variants.empty()) {
        throw ConfigError(place, "must be a list of { \"name\": \"...\", \"set\": { ... } }");
    }
    for (const Json& v : variants) {
        if (!v.is_object() || !v.contains("name") || !v["name"].is_string() || !v.contains("set") ||
            !v["set"].is_object()) {
            throw ConfigError(place, "each case needs { \"name\": \"...\", \"set\": { ... } }");
        }
        const std::string label = v["name"].get<std::string>();
        if (label.empty() || !is_shown_text(label)) {
            throw ConfigError(place, "a case's name must be a text without control characters");
        }
        if (std::any_of(out.values.begin(), out.values.end(),
                        [&](const SweepValue& o) { return o.label == label; })) {
            throw ConfigError(place, "\"" + label + "\" names two cases; give each a name of its own");
        }
        out.values.push_back({label, v["set"]});
    }
    return out;
}

const Json& object_at(const std::string& place, const Json& value) {
    if (!value.is_object()) {
        throw ConfigError(place, "must be an object { ... }");
    }
    return value;
}

void read_section(const Json& sweep, SweepPlan& plan, bool with_grid) {
    if (!sweep.is_object()) {
        throw ConfigError("sweep",
                          "must be an object such as { \"grid\": { \"path.n_levels\": [64, 128] } }");
    }
    for (const auto& [key, value] : sweep.items()) {
        if (key == "cases") {
            plan.columns.push_back(variant_column("case", "sweep.cases", value));
        } else if (key == "variants") {
            for (const auto& [name, variants] : object_at("sweep.variants", value).items()) {
                plan.columns.push_back(variant_column(name, "sweep.variants." + name, variants));
            }
        } else if (key == "grid") {
            for (const auto& [place, values] : object_at("sweep.grid", value).items()) {
                if (!values.is_array() || values.empty()) {
                    throw ConfigError("sweep.grid." + place, "must be a list of values");
                }
                if (with_grid) {
                    plan.columns.push_back(grid_column(place, values.get<std::vector<Json>>()));
                }
            }
        } else if (key == "seeds") {
            if (!value.is_number_integer() || value.get<long>() < 1 || value.get<long>() > 100000) {
                throw ConfigError("sweep.seeds", value.dump() + " must be a whole number from 1 to 100000");
            }
            plan.n_seeds = value.get<int>();
        } else if (key == "seed_of") {
            if (value != "run.seed" && value != "model.training.seed") {
                throw ConfigError("sweep.seed_of",
                                  value.dump() + " must be \"run.seed\" or \"model.training.seed\"");
            }
            plan.seed_of = value.get<std::string>();
        } else {
            const std::string near = nearest_name(key, {"cases", "variants", "grid", "seeds", "seed_of"});
            throw ConfigError("sweep." + key,
                              "is not known" +
                                  (near.empty() ? std::string() : "; did you mean \"" + near + "\"?"));
        }
    }
}

void read_grid(const std::vector<std::string>& grid, SweepPlan& plan) {
    for (const std::string& entry : grid) {
        const auto equal = entry.find('=');
        if (equal == std::string::npos || equal == 0 || equal + 1 == entry.size()) {
            throw ConfigError("--grid", "\"" + entry + "\" must have the form a.b=v1,v2,...");
        }
        plan.columns.push_back(grid_column(entry.substr(0, equal), split_values(entry.substr(equal + 1))));
    }
    if (plan.columns.empty()) {
        throw ConfigError("--grid", "is missing, and the preset has no \"sweep\" section; write for example "
                                    "--grid path.n_levels=64,128");
    }
}

/// Cells whose untrained model sees the same data and settings share one training.
void plan_trainings(SweepPlan& plan) {
    std::map<std::string, int> known;
    for (SweepCell& cell : plan.cells) {
        const Json& p = cell.preset;
        if (!path_info(p["path"]).uses_model || !needs_training(p["model"])) {
            continue;
        }
        const std::string what = p["target"].dump() + p["model"].dump() + p["path"]["standardise"].dump();
        const auto [at, fresh] = known.emplace(what, static_cast<int>(plan.trainings.size()));
        if (fresh) {
            plan.trainings.push_back(p);
        }
        cell.model = at->second;
    }
}

/// The base with one combination of the columns' values, and what those are called.
std::pair<Json, std::vector<std::string>> combination(const Json& base, const SweepPlan& plan,
                                                      std::size_t index, std::size_t total) {
    std::pair<Json, std::vector<std::string>> out{base, {}};
    std::size_t rest = index, block = total;
    for (const SweepColumn& column : plan.columns) {
        block /= column.values.size();
        const SweepValue& value = column.values[rest / block];
        rest %= block;
        for (const auto& [place, v] : value.changes.items()) {
            set_value(out.first, place, v);
        }
        out.second.push_back(value.label);
    }
    return out;
}

std::size_t n_combinations(const SweepPlan& plan) {
    std::size_t total = 1;
    for (const SweepColumn& c : plan.columns) {
        total = std::min<std::size_t>(total * c.values.size(), 1000000);
    }
    if (total * static_cast<std::size_t>(plan.n_seeds) > 100000) {
        throw ConfigError("--grid", "has " + std::to_string(total) + " combinations times " +
                                        std::to_string(plan.n_seeds) +
                                        " seeds; at most 100000 runs are allowed");
    }
    return total;
}

/// A cell for every seed.
void add_cells(Json resolved, const std::vector<std::string>& labels, SweepPlan& plan) {
    const Json first = get_value(resolved, plan.seed_of);
    if (!first.is_number_integer()) {
        throw ConfigError("sweep.seed_of", "\"" + plan.seed_of + "\" is not a setting of every run");
    }
    if (first.get<long>() > (1L << 53) - plan.n_seeds + 1) {
        throw ConfigError(plan.seed_of, first.dump() + " leaves no room for " + std::to_string(plan.n_seeds) +
                                            " seeds up to 9007199254740992; begin lower");
    }
    for (long s = 0; s < plan.n_seeds; ++s) {
        set_value(resolved, plan.seed_of, first.get<long>() + s);
        plan.cells.push_back({labels, first.get<long>() + s, resolved});
    }
}

/// Many combinations have the same problem.
void add_once(const std::vector<Problem>& found, Problems& problems) {
    for (const Problem& p : found) {
        const auto& list = problems.list();
        if (std::none_of(list.begin(), list.end(),
                         [&](const Problem& q) { return q.place == p.place && q.text == p.text; })) {
            problems.add(p.place, p.text);
        }
    }
}

}  // namespace

bool SweepColumn::numeric() const {
    return std::all_of(values.begin(), values.end(),
                       [](const SweepValue& v) { return std::isfinite(v.number); });
}

SweepPlan plan_sweep(const Json& preset, const std::vector<std::string>& grid, int n_seeds) {
    SweepPlan plan;
    Json base = preset;
    if (base.contains("sweep") && !base["sweep"].is_null()) {
        read_section(base["sweep"], plan, grid.empty());
    }
    base.erase("sweep");
    read_grid(grid, plan);
    plan.n_seeds = n_seeds > 0 ? n_seeds : plan.n_seeds;
    plan.name = base.value("name", std::string("sweep"));
    plan.note = base.value("note", std::string());
    Problems problems;
    const std::size_t total = n_combinations(plan);
    for (std::size_t index = 0; index < total; ++index) {
        const auto [changed, labels] = combination(base, plan, index, total);
        const auto [resolved, found] = read_preset(changed);
        add_once(found, problems);
        if (found.empty()) {
            add_cells(resolved, labels, plan);
        }
    }
    problems.throw_if_any();
    plan_trainings(plan);
    return plan;
}

}  // namespace tempera
