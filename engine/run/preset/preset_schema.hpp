// SPDX-License-Identifier: MIT
// The sections of a preset that belong to no method family, and one way to reach the families' catalogues by
// name.
#pragma once

#include "core/settings.hpp"

namespace tempera {

const std::vector<SettingsType>& diagnostic_types();  // run/diagnostics/diagnostic.hpp

struct RecordSettings {
    bool genealogy = true;
    int every_level = 1;
    Json diagnostics = Json::array();

    void describe(Describer& d) {
        d.boolean("genealogy", genealogy, {.help = "Keep every particle's ancestor at each resampling."});
        d.integer("every_level", every_level,
                  {.min = 1,
                   .max = 1000000,
                   .help = "Mode weights and diagnostics are recorded at every n-th level and at the ends."});
        d.list("diagnostics", diagnostics, diagnostic_types,
               {.help =
                    "What else is recorded on the way: series and numbers in the run folder, the report and "
                    "the window."});
    }
};

struct RunSettings {
    long seed = 1;
    std::string precision = "f64";
    int n_replicates = 1;
    double checkpoint_seconds = 0;
    std::string reference;
    RecordSettings record;

    void describe(Describer& d) {
        d.integer("seed", seed,
                  {.min = 0, .help = "Key of all random streams: the same seed gives the same bits."});
        d.choice("precision", precision, {"f64", "f32"},
                 {.help = "Arithmetic of particles and densities; weights are always in f64."});
        d.integer("n_replicates", n_replicates,
                  {.min = 1, .max = 1000000, .help = "Independent repetitions with their own streams."});
        d.number(
            "checkpoint_seconds", checkpoint_seconds,
            {.min = 0,
             .unit = "s",
             .help = "On the command line: seconds between two states that a run keeps beside its folder, so "
                     "that run --resume goes on after any end with the same bits; 0 = none."});
        d.file("reference", reference, {"exact"},
               {.help =
                    "points of the target that the samples are compared with at the end (metrics in the "
                    "summary): a csv or npy file [n, dim] in the target's coordinates, an npz file with x "
                    "[n, dim], a run folder or its samples.npz (weights respected), or exact for fresh "
                    "exact draws; empty: none"});
        d.group("record", record, {.help = "What a run keeps."});
    }
};

struct ViewSettings {
    std::string layout = "explore", theme = "light", colour = "mode";
    std::optional<long> level;  ///< none: follow
    double pace = 0;

    void describe(Describer& d) {
        d.choice("layout", layout, {"explore", "weights", "ladder", "mode_blindness", "molecules"},
                 {.change = Change::hot, .help = "Arrangement of the window's panels."});
        d.choice("theme", theme, {"light", "dark", "high_contrast", "print"},
                 {.change = Change::hot, .help = "Colours of the window and of exported figures."});
        d.choice("colour", colour, {"mode", "weight", "root"},
                 {.change = Change::hot, .help = "What the colour of a particle means."});
        d.integer_or("level", level, "follow",
                     {.min = 0,
                      .change = Change::hot,
                      .help = "\"follow\" or the level that the views show (0 = the target)."});
        d.number("pace", pace,
                 {.min = 0,
                  .max = 1000,
                  .change = Change::hot,
                  .unit = "levels/s",
                  .help = "Levels (scans) per second in the window; 0: a pace to follow, a minute at most."});
    }
};

/// The families with a "type", by the place where it stands: target, path, kernel, moves, sampler,
/// path.schedule, model, model.losses and run.record.diagnostics (lists).
const std::vector<std::string>& typed_sections();
/// The types of a section; empty for run and view.
const std::vector<SettingsType>& types_of(const std::string& section);
/// Null when the section has no such type.
const SettingsType* find_type(const std::string& section, const std::string& type);

/// The setting at a dotted place ("model.losses[1].weight", "target.means[0]", "kernel.type") of a preset
/// whose sections have their types; nothing where no setting is described.
std::optional<Field> find_field(const Json& preset, const std::string& dotted);
/// The same among the fields of settings, whose values tell the types of what is nested.
std::optional<Field> find_field(const std::vector<Field>& fields, const Json& values,
                                const std::string& dotted);
/// Every described setting that the preset holds, in groups, entries and lists, too.
void for_each_setting(
    Json& preset,
    const std::function<void(const std::string& place, const Field& field, Json& value)>& visit);

/// What stands beside the sections: schema, version, name, ...
const std::vector<Field>& top_fields();
/// "a.b[1].c" in parts: a, b, 1, c.
std::vector<std::string> split_dotted(const std::string& dotted);
bool is_index(const std::string& part);
/// What a run knows of its model: the settings that evaluate it, without those of its training.
Json model_in_use(const Json& resolved);  ///< its file found
/// Keeps "type" and what the type's settings know.
Json known_settings(const Json& settings, const std::vector<Field>& fields);
bool has_field(const std::vector<Field>& fields, const std::string& name);

/// A text of a section; empty when there is none.
std::string text_of(const Json& section, const char* key);
/// What each section alone cannot know: does the target have a closed form for the path, the path a field for
/// the kernel? Sections that could not be resolved are null.
void check_combinations(const Json& resolved, Problems& problems);

}  // namespace tempera
