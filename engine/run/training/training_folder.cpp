// SPDX-License-Identifier: MIT
#include "run/training/training_folder.hpp"

#include <cmath>
#include <limits>

#include "core/csv.hpp"
#include "core/files.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_target.hpp"
#include "run/training/loss_table.hpp"
#include "run/training/training_work.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

Json read_report(const fs::path& file) {
    if (!fs::exists(file)) {
        throw ConfigError(file.string(),
                          "cannot be read; a training folder has preset.json, training.json and loss.csv");
    }
    Json out = parse_json(read_file_text(file));
    if (!out.is_object()) {
        throw ConfigError(file.string(), "is no JSON object");
    }
    return out;
}

/// Values of an object of numbers by loss, in their order; NaN where one is unknown.
std::vector<double> by_loss(const Json& report, const char* key, const std::vector<std::string>& names) {
    std::vector<double> out;
    for (const std::string& name : names) {
        const Json values = report.value(key, Json::object()),
                   value = values.is_object() ? values.value(name, Json()) : Json();
        out.push_back(value.is_number() ? value.get<double>() : std::nan(""));
    }
    return out;
}

std::shared_ptr<const Judgement> judgement_of(const TrainingResult& stored) {
    auto out = std::make_shared<Judgement>();
    out->step = stored.report.value("steps", 0L);
    out->train = by_loss(stored.report, "losses", stored.loss_names);
    out->held_out = by_loss(stored.report, "held_out", stored.loss_names);
    for (const Json& level : stored.report.value("levels", Json::array())) {
        out->levels.push_back(noise_level_of(level));
    }
    return out;
}

}  // namespace

bool is_training_folder(const fs::path& folder) { return fs::exists(folder / "training.json"); }

TrainingResult read_training_folder(const fs::path& folder) {
    TrainingResult out;
    out.report = read_report(folder / "training.json");
    out.preset = load_preset(folder / "preset.json");
    const fs::path table = folder / "loss.csv";
    out.loss_names = read_loss_names(table);
    out.history = read_loss_table(table, out.loss_names, std::numeric_limits<long>::max());
    return out;
}

TrainingSnapshot snapshot_of(const TrainingResult& stored) {
    TrainingSnapshot s;
    const std::string status = stored.report.value("status", "finished");
    s.state = status == "partial"  ? RunState::cancelled
              : status == "failed" ? RunState::failed
                                   : RunState::finished;
    const Json error = stored.report.value("error", Json());
    s.error = error.is_string() ? error.get<std::string>() : "";
    const Json resolved = resolve_preset(stored.preset);
    s.preset = std::make_shared<const Json>(resolved);
    s.step = stored.report.value("steps", 0L);
    const Json n_steps = get_value(resolved, "model.training.n_steps");
    s.n_steps = n_steps.is_number() ? n_steps.get<long>() : s.step;
    s.seconds = stored.report.value("seconds", 0.0);
    s.eta_seconds = 0;
    s.loss_names = unique_names(stored.loss_names);
    if (const auto target = known_preset_target(resolved)) {
        s.mode_names = target->mode_names();
        s.true_mode_weights = target->mode_weights();
    }
    LossCurve curve(s.n_steps);
    for (const training::StepLosses& step : stored.history) {
        curve.add(step);
    }
    Record told;
    curve.report(told, s.loss_names);
    s.record = std::make_shared<const Record>(std::move(told));
    s.judgements = std::make_shared<std::vector<std::shared_ptr<const Judgement>>>(1, judgement_of(stored));
    return s;
}

}  // namespace tempera
