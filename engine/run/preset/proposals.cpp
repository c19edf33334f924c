// SPDX-License-Identifier: MIT
#include "run/preset/proposals.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/build_id.hpp"
#include "models/model.hpp"
#include "paths/density_path.hpp"
#include "run/preset/point_files.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

constexpr const char *carries_any_density = "expression_banana",
                     *carries_labelled_rows = "logistic_synthetic", *trains_on_points = "train_from_samples";

fs::path shipped(const char* name) { return fs::path(TEMPERA_PRESET_DIR) / (std::string(name) + ".json"); }

std::string line_of(const Problem& problem) {
    return problem.place + (problem.place.empty() ? "" : ": ") + problem.text;
}

/// The first candidate without problems; what is wrong with the last one when there is none.
struct Candidates {
    struct Candidate {
        fs::path basis;
        std::function<Json()> make;  ///< may throw ConfigError
    };
    std::vector<Candidate> list;
    std::function<void(const Json&)> try_out = [](const Json&) {};  ///< what no check sees

    Proposal best() const {
        Proposal out;
        for (const Candidate& candidate : list) {
            try {
                Json preset = candidate.make();
                const std::vector<Problem> problems = check_preset(preset);
                if (problems.empty()) {
                    try_out(preset);
                    return {std::move(preset), candidate.basis, ""};
                }
                out.refused = line_of(problems.front());
            } catch (const ConfigError& error) {
                out.refused = line_of(error.problems().front());
            }
        }
        return out;
    }
};

/// Without what is told of, or belongs to, a target or an experiment that the preset no longer is.
Json renamed(Json preset, const std::string& name) {
    preset["name"] = name;
    for (const char* told : {"note", "parent", "sweep", "made_by", "edits", "view.layout", "view.level"}) {
        erase_value(preset, told);
    }
    return preset;
}

Json with_target(const Json& preset, const Json& target, const std::string& name) {
    Json out = renamed(preset, name);
    out["target"] = target;
    erase_value(out, "run.reference");
    erase_value(out, "model");
    return out;
}

/// Standard deviation of a reference in standardised coordinates: wider than the target in every direction.
constexpr double standardised_scale = 1.5;

/// The reference Gaussian covers the target: in standardised coordinates where the target's moments are
/// known, else by its size.
Json covering(Json preset) {
    const auto target = preset_target<double>(resolve_preset(preset));
    Json& scale = preset["path"]["reference_scale"];
    if (target->mean() && target->covariance()) {
        preset["path"]["standardise"] = true;
        scale = standardised_scale;
        return preset;
    }
    const Box box = target->view_box();
    const double reach =
        std::max({std::abs(box.x_min), std::abs(box.x_max), std::abs(box.y_min), std::abs(box.y_max)});
    scale = std::max(scale.get<double>(), std::ceil(reach / 2));
    return preset;
}

/// As the preset names the file: from its own folder where it lies there, else from the root.
std::string name_in(const Json& preset, const fs::path& file) {
    const fs::path whole = fs::absolute(file).lexically_normal();
    const std::string near = named_file(preset, whole);
    return fs::path(near).is_relative() && !near.starts_with("..") ? near : whole.string();
}

bool trains(const Json& preset) {
    return preset.contains("path") && preset.contains("model") && path_info(preset["path"]).uses_model &&
           model_info(preset["model"]).trainable;
}

/// The shipped preset of a learned path with the present target, in coordinates whose unit is the target's
/// own size where that is known.
Json learned_path_to(const Json& present, const std::string& name, bool standardise) {
    Json out = renamed(load_preset(shipped(trains_on_points)), name);
    out["target"] = with_found_files(present)["target"];
    out["path"]["standardise"] = standardise;
    return out;
}

}  // namespace

Proposal propose_target(const Json& present, const Json& target, const std::string& name) {
    const fs::path general = shipped(carries_any_density);
    return Candidates{{{{}, [&] { return with_target(present, target, name); }},
                       {general, [&] { return covering(with_target(load_preset(general), target, name)); }},
                       {general, [&] { return with_target(load_preset(general), target, name); }}}}
        .best();
}

Proposal propose_labelled_rows(const Json& present, const fs::path& file) {
    const fs::path usual = shipped(carries_labelled_rows);
    const auto with_rows = [&](const Json& preset) {
        const auto table = read_number_table(file);
        const std::string labels = table->n_columns > 0 ? table->column_name(table->n_columns - 1) : "";
        return with_target(
            preset, {{"type", "logistic_regression"}, {"data", name_in(preset, file)}, {"labels", labels}},
            file.stem().string());
    };
    return Candidates{
        {{{}, [&] { return with_rows(present); }}, {usual, [&] { return with_rows(load_preset(usual)); }}}}
        .best();
}

Proposal propose_reference(const Json& present, const fs::path& file) {
    return Candidates{{{{},
                        [&] {
                            Json out = present;
                            set_value(out, "run.reference", Json(name_in(out, file)));
                            return out;
                        }}}}
        .best();
}

Proposal propose_training(const Json& present, const fs::path& file) {
    try {
        const Json resolved = resolve_preset(present);
        read_points(file, preset_target<double>(resolved)->dim(), "model.training.data");
    } catch (const ConfigError& error) {
        return {{}, {}, line_of(error.problems().front())};
    }
    const fs::path usual = shipped(trains_on_points);
    const auto with_points = [&](Json preset) {
        set_value(preset, "model.training.data", Json(name_in(preset, file)));
        erase_value(preset, "model.file");
        return preset;
    };
    Candidates candidates;
    if (trains(present)) {
        candidates.list.push_back({{}, [&] { return with_points(present); }});
    }
    for (const bool standardise : {true, false}) {
        candidates.list.push_back({usual, [&, standardise] {
                                       return with_points(
                                           learned_path_to(present, file.stem().string(), standardise));
                                   }});
    }
    return candidates.best();
}

Proposal propose_model(const Json& present, const Json& model, const std::string& name,
                       const std::function<void(const Json& preset)>& try_out) {
    const auto with_model = [&](Json preset) {
        preset["model"] = model;
        return preset;
    };
    Candidates candidates;
    candidates.try_out = try_out;
    if (present.contains("path") && path_info(present["path"]).uses_model) {
        candidates.list.push_back({{}, [&] { return with_model(present); }});
    }
    for (const bool standardise : {true, false}) {
        candidates.list.push_back({shipped(trains_on_points), [&, standardise] {
                                       return with_model(learned_path_to(present, name, standardise));
                                   }});
    }
    return candidates.best();
}

}  // namespace tempera
