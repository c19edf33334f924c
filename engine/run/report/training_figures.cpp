// SPDX-License-Identifier: MIT
#include "run/report/training_figures.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <sstream>

#include "core/csv.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_target.hpp"
#include "run/report/exchange_figures.hpp"
#include "run/training/training.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

using Kind = PlotLayer::Kind;

struct TrueModes {
    std::vector<std::string> names;
    std::vector<double> weights;
};

TrueModes true_modes(const Json& preset) {
    const auto target = known_preset_target(preset);
    return target ? TrueModes{target->mode_names(), target->mode_weights()} : TrueModes{};
}

/// One curve over the noise levels of a training; `value` gives NaN where it is unknown.
template <class Value>
PlotLayer level_curve(const TrainingCurves& training, bool named, const Value& value) {
    PlotLayer out;
    out.name = named ? training.name : "";
    out.role = Role::run;
    out.index = training.group;
    out.width = 1.6f;
    for (const Json& level : training.report.value("levels", Json::array())) {
        const double v = value(level);
        if (std::isfinite(v)) {
            out.x.push_back(level["sigma"].get<double>());
            out.y.push_back(v);
        }
    }
    return out;
}

PlotSpec by_sigma(const char* id, std::string title) {
    PlotSpec p;
    p.id = id;
    p.title = std::move(title);
    p.x.label = "noise level \u03c3";
    p.x.log = true;
    return p;
}

/// The curves of all trainings; one legend entry per group.
template <class Value>
void add_curves(PlotSpec& p, const std::vector<TrainingCurves>& trainings, const Value& value) {
    std::set<int> seen;
    double low = 1e300, high = 0;
    for (const TrainingCurves& t : trainings) {
        PlotLayer curve = level_curve(t, seen.insert(t.group).second, value);
        if (curve.x.size() > 1) {
            low = std::min(low, *std::min_element(curve.x.begin(), curve.x.end()));
            high = std::max(high, *std::max_element(curve.x.begin(), curve.x.end()));
            p.layers.push_back(std::move(curve));
        }
    }
    p.x.min = low, p.x.max = high;
}

PlotSpec learned_weights(const std::vector<TrainingCurves>& trainings, const TrueModes& modes) {
    const bool two = modes.weights.size() == 2;
    PlotSpec p =
        by_sigma("learned_mode_weights", two ? "Mass of " + modes.names.front() + " in the learned density"
                                             : "Total variation of the learned mode weights");
    add_curves(p, trainings, [&](const Json& level) {
        const Json w = level.value("learned_mode_weights", Json());
        if (!w.is_array() || w.size() != modes.weights.size() || modes.weights.empty()) {
            return std::nan("");
        }
        const auto learned = w.get<std::vector<double>>();
        return two ? learned[0] : total_variation(learned, modes.weights);
    });
    p.y.min = 0, p.y.max = 1.03;
    if (two && !p.layers.empty()) {
        PlotLayer exact = make_layer(Kind::hline, "exact", Role::exact, 1.6f);
        exact.y = {modes.weights[0]};
        p.layers.push_back(std::move(exact));
        p.note = "Noise moves no mass between modes: the exact mass is the same at every noise level.";
    }
    return p;
}

PlotSpec score_error(const std::vector<TrainingCurves>& trainings) {
    PlotSpec p = by_sigma("score_error", "Error of the learned score, relative to the score");
    add_curves(p, trainings, [](const Json& level) {
        const double v = relative_score_error(level);
        return v > 0 ? v : std::nan("");
    });
    p.y.label = "E|error|\u00b2 / E|score|\u00b2";
    p.y.log = true;
    double low = 1e-2, high = 1e-2;
    for (const PlotLayer& l : p.layers) {
        low = std::min(low, *std::min_element(l.y.begin(), l.y.end()));
        high = std::max(high, *std::max_element(l.y.begin(), l.y.end()));
    }
    p.y.min = low / 1.5, p.y.max = 1.5 * high;
    return p;
}

/// Means of a column over about 200 equal stretches of the steps: single steps are noise.
PlotLayer smoothed(const std::vector<double>& steps, const std::vector<double>& values) {
    PlotLayer out = make_layer(Kind::line, "", Role::run, 1.4f);
    const std::size_t n = std::min(steps.size(), values.size()), stretch = std::max<std::size_t>(1, n / 200);
    for (std::size_t i = 0; i < n; i += stretch) {
        double sum = 0;
        std::size_t count = 0;
        for (std::size_t k = i; k < std::min(n, i + stretch); ++k) {
            sum += std::isfinite(values[k]) ? values[k] : 0;
            count += std::isfinite(values[k]);
        }
        if (count > 0) {
            out.x.push_back(steps[std::min(n - 1, i + stretch - 1)]);
            out.y.push_back(sum / static_cast<double>(count));
        }
    }
    return out;
}

PlotSpec losses(const TrainingRecord& record) {
    PlotSpec p;
    p.id = "losses";
    p.title = "Losses";
    p.x.label = "step";
    p.note = "Means over stretches of steps.";
    double low = 1e300, high = -1e300, last = 1;
    for (std::size_t c = 0; c < record.loss_columns.size(); ++c) {
        const std::string& name = record.loss_columns[c];
        if (name == "step" || name == "learning_rate" || name == "gradient_norm") {
            continue;
        }
        PlotLayer line = smoothed(record.loss.front(), record.loss[c]);
        if (line.x.size() < 2) {
            continue;
        }
        line.name = name;
        line.index = static_cast<int>(p.layers.size());
        low = std::min(low, *std::min_element(line.y.begin(), line.y.end()));
        high = std::max(high, *std::max_element(line.y.begin(), line.y.end()));
        last = std::max(last, line.x.back());
        p.layers.push_back(std::move(line));
    }
    // A lone loss is the total.
    if (p.layers.size() == 2) {
        p.layers.erase(p.layers.begin());
    }
    p.x.min = 0, p.x.max = last;
    p.y.log = low > 0;
    const double room = std::max(1e-9, 0.05 * (high - low));
    p.y.min = p.y.log ? low / 1.3 : low - room;
    p.y.max = p.y.log ? high * 1.3 : high + room;
    return p;
}

Json read_json(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw ConfigError(file.string(),
                          "cannot be read; a training folder has preset.json, training.json and loss.csv");
    }
    std::ostringstream text;
    text << in.rdbuf();
    Json out = parse_json(text.str());
    if (!out.is_object()) {
        throw ConfigError(file.string(), "is no JSON object");
    }
    return out;
}

}  // namespace

std::vector<PlotSpec> training_level_figures(const std::vector<TrainingCurves>& trainings) {
    std::vector<PlotSpec> out;
    if (trainings.empty()) {
        return out;
    }
    for (PlotSpec& p : std::vector<PlotSpec>{learned_weights(trainings, true_modes(trainings.front().preset)),
                                             score_error(trainings)}) {
        if (!p.layers.empty()) {
            sanitize(p);
            out.push_back(std::move(p));
        }
    }
    return out;
}

bool is_training_folder(const fs::path& folder) { return fs::exists(folder / "training.json"); }

TrainingRecord read_training_folder(const fs::path& folder) {
    TrainingRecord out;
    out.curves.report = read_json(folder / "training.json");
    out.curves.preset = load_preset(folder / "preset.json");
    out.curves.name = get_value(out.curves.preset, "name").is_string()
                          ? out.curves.preset["name"].get<std::string>()
                          : "model";
    std::ifstream in(folder / "loss.csv", std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    const auto rows = parse_csv(text.str());
    if (rows.empty() || rows[0].empty() || rows[0][0] != "step") {
        throw ConfigError((folder / "loss.csv").string(), "cannot be read as a table of losses by step");
    }
    out.loss_columns = rows[0];
    out.loss.resize(rows[0].size());
    for (std::size_t r = 1; r < rows.size(); ++r) {
        for (std::size_t c = 0; c < out.loss.size(); ++c) {
            out.loss[c].push_back(c < rows[r].size() ? parse_csv_number(rows[r][c]) : std::nan(""));
        }
    }
    return out;
}

std::vector<PlotSpec> training_figures(const TrainingRecord& record) {
    std::vector<PlotSpec> out;
    PlotSpec loss = losses(record);
    if (!loss.layers.empty()) {
        sanitize(loss);
        out.push_back(std::move(loss));
    }
    for (PlotSpec& p : training_level_figures({record.curves})) {
        out.push_back(std::move(p));
    }
    for (PlotSpec& p : out) {
        p.provenance = "Training " + record.curves.name + ".";
    }
    return out;
}

}  // namespace tempera
