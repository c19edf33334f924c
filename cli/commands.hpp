// SPDX-License-Identifier: MIT
// The commands of the program: each adds itself to the parser and leaves behind what it will do.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/settings.hpp"

namespace CLI {
class App;
}

namespace tempera::cli {

/// Exit codes (contract).
enum Exit { ok = 0, bad_input = 2, numerical_failure = 3, assertion_failed = 4, interrupted = 130 };

/// What the chosen command does; called after parsing, returns an exit code.
using Action = std::function<int()>;

void add_run(CLI::App& app, Action& action);
void add_train(CLI::App& app, Action& action);
void add_sweep(CLI::App& app, Action& action);
void add_eval(CLI::App& app, Action& action);
void add_sample(CLI::App& app, Action& action);
void add_report(CLI::App& app, Action& action);
void add_compare(CLI::App& app, Action& action);
void add_list(CLI::App& app, Action& action);
void add_describe(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action);
void add_bench(CLI::App& app, Action& action);
void add_app(CLI::App& app, Action& action);

/// Parses and runs; `arguments` without the program's name. Errors go to stderr in one style.
int run_command_line(const std::vector<std::string>& arguments);

/// Check of an option's value: a text (an unset variable of a shell is none).
std::string not_empty(const std::string& value);

/// Options that every command with a preset shares.
struct PresetArguments {
    std::string file;
    std::vector<std::string> sets;
    long seed = -1;
    int threads = 0;

    void add_to(CLI::App& command, bool with_seed = true);
    /// Reads the file (find_preset() says which), applies --set and --seed, limits the threads.
    Json load() const;
};

/// Where a preset is that a person names: a file, the name of a shipped preset (with or without ".json"), or
/// a run folder, which holds its preset. A file of that name comes first. Throws ConfigError with the nearest
/// name.
std::filesystem::path find_preset(const std::string& name);

/// What a person should know of a preset that is right (preset_notes()), on stderr.
void tell_notes(const Json& resolved);

}  // namespace tempera::cli
