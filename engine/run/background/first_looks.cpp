// SPDX-License-Identifier: MIT
#include "run/background/first_looks.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/number_text.hpp"
#include "diagnostics/grid.hpp"
#include "diagnostics/slice.hpp"
#include "models/weights.hpp"
#include "run/experiment/experiment.hpp"
#include "run/preset/point_files.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

/// Problems of the section by itself, with the files that it names found.
std::vector<Problem> problems_of(const Json& preset) {
    Problems problems;
    const Json target = with_found_files(preset)["target"];
    if (const SettingsType* type = find_type(types_of("target"), target, "target", problems)) {
        check_unknown_keys(target, type->fields, {"type"}, "target", problems);
        if (problems.empty()) {
            type->check(target, "target", problems);
        }
    }
    if (problems.empty()) {
        check_files(preset, problems);
    }
    return problems.list();
}

/// Some room around the target's own box.
Box with_room(const Box& box) {
    constexpr double margin = 1.15;
    return Box::around(box.centre_x(), box.centre_y(), margin * box.width() / 2, margin * box.height() / 2);
}

void draw(const Target<double>& target, TargetLook& look) {
    constexpr int resolution = 256, line_resolution = 1024;
    look.plane = view_plane(target);
    const Box box = with_room(look.plane.box);
    look.dim = target.dim();
    look.log_z = target.log_z();
    Grid grid = look.dim == 1 ? target_density(target, look.plane, box, line_resolution, 1)
                              : target_density(target, look.plane, box, resolution, resolution);
    look.density = std::make_shared<Grid>(std::move(grid));
    if (look.dim > 2) {
        look.shown = target.mixture() ? TargetLook::Shown::marginal : TargetLook::Shown::slice;
        const Eigen::VectorXd centre = slice_centre(target);
        look.centre.assign(centre.begin(), centre.end());
    }
}

std::vector<ColumnLook> columns_of(const NumberTable& table) {
    std::vector<ColumnLook> out(table.n_columns);
    for (std::size_t j = 0; j < table.n_columns; ++j) {
        ColumnLook& c = out[j];
        c.name = (table.columns.empty() ? "column " : "") + table.column_name(j);
        c.min = std::numeric_limits<double>::infinity(), c.max = -c.min;
        double n = 0, squares = 0;
        for (std::size_t i = 0; i < table.n_rows; ++i) {
            const double v = table(i, j);
            if (!std::isfinite(v)) {
                ++c.n_bad;
                continue;
            }
            c.min = std::min(c.min, v), c.max = std::max(c.max, v);
            const double step = v - c.mean;  // Welford's running moments
            c.mean += step / ++n;
            squares += step * (v - c.mean);
        }
        c.deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
    }
    return out;
}

void take_table(const NumberTable& table, PointsLook& look) {
    look.n_rows = table.n_rows;
    look.header = !table.columns.empty();
    look.columns = columns_of(table);
    const auto bad =
        std::find_if(table.values.begin(), table.values.end(), [](double v) { return !std::isfinite(v); });
    if (bad != table.values.end()) {
        const auto at = static_cast<std::size_t>(bad - table.values.begin());
        look.first_bad = table.place(at / table.n_columns, at % table.n_columns);
    }
    for (const ColumnLook& c : look.columns) {
        look.n_bad += c.n_bad;
    }
    const std::size_t n = std::min(table.n_rows, PointsLook::most_drawn);
    for (std::size_t i = 0; i < n; ++i) {
        const auto row =
            table.values.begin() + static_cast<std::ptrdiff_t>(i * table.n_rows / n * table.n_columns);
        look.drawn.insert(look.drawn.end(), row, row + static_cast<std::ptrdiff_t>(table.n_columns));
    }
}

/// A section "model" that takes the network as it is.
Json settings_of(const NetworkWeights& network, const std::string& file) {
    const Json all{{"type", network.type},     {"file", file},
                   {"hidden", network.hidden}, {"activation", network.activation},
                   {"head", network.head},     {"parameterisation", network.parameterisation}};
    return known_settings(all, section_fields("model", network.type));
}

bool holds_network(const fs::path& file) {
    try {
        return file.extension() == ".npz" && !read_network_weights(file, "").layers.empty();
    } catch (const std::exception&) {
        return false;
    }
}

/// Settings of a model that a file may hold, the most likely first.
std::vector<Json> models_in(const fs::path& file) {
    const std::string name = fs::absolute(file).lexically_normal().string();
    if (file.extension() == ".npz") {
        return {settings_of(read_network_weights(file, "model.file"), name)};
    }
    return {{{"type", "torchscript"}, {"file", name}, {"output", "energy"}},
            {{"type", "torchscript"}, {"file", name}, {"output", "score"}}};
}

/// Who looks at one file needs no folders in what is said of it.
std::string with_short_name(std::string text, const fs::path& file) {
    const std::string whole = file.string(), name = file.filename().string();
    for (std::size_t at = text.find(whole); at != std::string::npos;
         at = text.find(whole, at + name.size())) {
        text.replace(at, whole.size(), name);
    }
    return text;
}

/// A section "target" beside a preset, without its use.
TargetLook look_at(const Json& present, const Json& target) {
    TargetLook look;
    look.target = target;
    Json preset{{"target", target}};
    if (present.contains(place_key)) {
        preset[place_key] = present[place_key];
    }
    try {
        look.problems = problems_of(preset);
        if (look.problems.empty()) {
            draw(*preset_target<double>(preset), look);
        }
    } catch (const ConfigError& error) {
        look.problems = error.problems();
    } catch (const std::exception& error) {
        look.problems = {{"target", error.what()}};
    }
    for (Problem& problem : look.problems) {
        for (const Json& value : target) {
            if (value.is_string() && fs::path(value.get<std::string>()).is_absolute()) {
                problem.text = with_short_name(std::move(problem.text), value.get<std::string>());
            }
        }
    }
    return look;
}

}  // namespace

bool pause_for(double seconds, const std::stop_token& stop) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
    while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return !stop.stop_requested();
}

std::shared_ptr<const TargetLook> look_at_target(const Brought& brought, const std::stop_token& stop) {
    auto look = std::make_shared<TargetLook>();
    if (brought.dims.empty()) {
        *look = look_at(brought.present, brought.target);
    }
    for (std::size_t i = 0; i < brought.dims.size() && (i == 0 || !look->problems.empty()); ++i) {
        if (stop.stop_requested()) {
            return nullptr;
        }
        Json target = brought.target;
        target["dim"] = brought.dims[i];
        TargetLook other = look_at(brought.present, target);
        if (i == 0 || other.problems.empty()) {
            *look = std::move(other);
        }
    }
    look->id = brought.id;
    if (look->problems.empty() && !stop.stop_requested()) {
        try {
            look->use = propose_target(brought.present, look->target, brought.name);
        } catch (const std::exception& error) {
            look->use = {{}, {}, error.what()};
        }
    }
    return stop.stop_requested() ? nullptr : look;
}

std::shared_ptr<const PointsLook> look_at_points(const Brought& brought, const std::stop_token& stop) {
    auto look = std::make_shared<PointsLook>();
    look->id = brought.id, look->file = brought.file;
    try {
        const PointTable points = read_point_table(brought.file);
        if (points.table->n_rows == 0) {
            throw ConfigError(brought.file.string(), "holds no rows of numbers");
        }
        look->weighted = !points.log_weight.empty();
        take_table(*points.table, *look);
        look->reference = propose_reference(brought.present, brought.file);
        look->training = propose_training(brought.present, brought.file);
        look->labelled_rows = brought.file.extension() == ".npz"
                                  ? Proposal{{}, {}, "labelled rows are read from csv and npy files"}
                                  : propose_labelled_rows(brought.present, brought.file);
        for (Proposal* p : {&look->reference, &look->training, &look->labelled_rows}) {
            p->refused = with_short_name(std::move(p->refused), brought.file);
        }
    } catch (const std::exception& error) {
        look->network = holds_network(brought.file);
        look->error = with_short_name(error.what(), brought.file);
    }
    return stop.stop_requested() ? nullptr : look;
}

std::shared_ptr<const ModelLook> look_at_model(const Brought& brought, const std::stop_token& stop) {
    auto look = std::make_shared<ModelLook>();
    look->id = brought.id;
    try {
        const auto try_out = [&](const Json& preset) { build_path<double>(resolve_preset(preset), stop); };
        std::string first;
        for (const Json& model : models_in(brought.file)) {
            look->use = propose_model(brought.present, model, brought.name, try_out);
            first = first.empty() ? look->use.refused : first;
            if (look->use.refused.empty()) {
                break;
            }
            look->use.refused = with_short_name(first, brought.file);
        }
    } catch (const std::exception& error) {
        look->use = {{}, {}, error.what()};
    }
    return stop.stop_requested() ? nullptr : look;
}

}  // namespace tempera
