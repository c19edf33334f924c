// SPDX-License-Identifier: MIT
#include "app/shell/preferences.hpp"

#include <algorithm>
#include <fstream>

#include "app/shell/recovery_card.hpp"
#include "app/shell/workbench.hpp"
#include "core/npy.hpp"
#include "figures/figure_files.hpp"
#include "figures/palette_names.hpp"

namespace tempera::app {

namespace fs = std::filesystem;

namespace {

/// A member of the right kind, or `otherwise`.
template <class T>
T member(const Json& object, const char* name, T otherwise) {
    try {
        return object.contains(name) ? object[name].get<T>() : otherwise;
    } catch (const Json::exception&) {
        return otherwise;
    }
}

/// A file that cannot be written is worth no message: the choices then last as long as the session.
void write(const fs::path& file, const std::string& text) {
    try {
        fs::create_directories(file.parent_path());
        write_file_atomically(file, text);
    } catch (const std::exception&) {
    }
}

void apply_figures(FigureExport& figures, const Json& chosen) {
    const auto one_of = [](const std::string& value, const std::vector<std::string>& names,
                           const std::string& otherwise) {
        return std::find(names.begin(), names.end(), value) != names.end() ? value : otherwise;
    };
    const std::string folder = member(chosen, "folder", std::string());
    figures.folder = folder.empty() ? figures.folder : fs::path(folder);
    figures.format = one_of(member(chosen, "format", std::string()), figure_formats(), figures.format);
    figures.theme = one_of(member(chosen, "theme", std::string()), palette_names(), figures.theme);
    figures.size = {std::clamp(member(chosen, "width_mm", figures.size.width_mm), 30.0, 1000.0),
                    std::clamp(member(chosen, "height_mm", figures.size.height_mm), 20.0, 1000.0)};
    figures.dpi = std::clamp(member(chosen, "dpi", figures.dpi), 36.0, 1200.0);
}

}  // namespace

Json preferences_of(const Workbench& bench) {
    Json out{{"schema", "tempera-window"}, {"version", 1}};
    out["theme"] = bench.theme.name();
    if (bench.scale != bench.display_scale) {  // otherwise that of whatever display it is shown on
        out["scale"] = bench.scale;
    }
    out["pace"] = bench.workspace.pace();
    out["view"] = view_json(bench.view);
    out["view"].erase("setup_filter");
    if (bench.window_width > 0 && bench.window_height > 0) {
        out["window"] = {bench.window_width, bench.window_height};
    }
    out["presets_folder"] = bench.presets_folder.string();
    const FigureExport& figures = bench.figures;
    out["figures"] = {{"folder", figures.folder.string()},
                      {"format", figures.format},
                      {"theme", figures.theme},
                      {"width_mm", figures.size.width_mm},
                      {"height_mm", figures.size.height_mm},
                      {"dpi", figures.dpi}};
    return out;
}

void apply_preferences(Workbench& bench, const Json& chosen) {
    read_view(member(chosen, "view", Json::object()), bench.view);
    for (std::string* layout : {&bench.view.layout, &bench.view.home_layout}) {
        if (!bench.commands.find("layout." + *layout)) {
            *layout = "explore";
        }
    }
    bench.scale = std::clamp(member(chosen, "scale", bench.display_scale), 0.75f, 3.0f);
    const auto theme = member(chosen, "theme", std::string());
    bench.set_theme(bench.commands.find("theme." + theme) ? theme : bench.theme.name());
    bench.workspace.set_pace(std::clamp(member(chosen, "pace", bench.workspace.pace()), 0.0, 1e4));
    const fs::path presets = member(chosen, "presets_folder", std::string());
    bench.presets_folder = presets.is_absolute() ? presets : bench.presets_folder;
    apply_figures(bench.figures, member(chosen, "figures", Json::object()));
}

Preferences::Preferences(const fs::path& folder) {
    if (folder.empty()) {
        return;
    }
    file_ = folder / "window.json";
    std::ifstream in(file_);
    Json read = Json::parse(in, nullptr, false);
    if (read.is_object() && member(read, "schema", std::string()) == "tempera-window") {
        chosen_ = std::move(read);
    }
    writer_ = std::make_unique<LatestJob<std::string, int>>(
        [file = file_](const std::string& text, const auto&) { write(file, text); });
}

Preferences::~Preferences() = default;

Json Preferences::lasting(Json now) {
    for (auto it = asked_.begin(); it != asked_.end();) {
        if (now.value(it.key(), Json()) != it.value()) {  // the person has chosen since
            it = asked_.erase(it);
            continue;
        }
        if (chosen_.contains(it.key())) {
            now[it.key()] = chosen_[it.key()];
        } else {
            now.erase(it.key());
        }
        ++it;
    }
    return now;
}

void Preferences::keep(const Json& now) {
    Json chosen = lasting(now);
    if (writer_ && chosen != chosen_) {
        chosen_ = std::move(chosen);
        writer_->request(std::to_string(++n_writes_), chosen_.dump(1) + "\n", true);
    }
}

void Preferences::keep_and_wait(const Json& now) {
    if (writer_) {
        writer_.reset();  // after what it has under way, and before the last
        chosen_ = lasting(now);
        write(file_, chosen_.dump(1) + "\n");
    }
}

}  // namespace tempera::app
