// SPDX-License-Identifier: MIT
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/interrupts.hpp"
#include "core/build_id.hpp"
#include "core/parallel.hpp"
#include "core/text.hpp"
#include "run/experiment/experiment.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_notes.hpp"
#include "run/preset/preset_schema.hpp"

namespace tempera::cli {

namespace {

constexpr const char* examples = R"(Examples:
  tempera run two_lakes                                   a shipped preset; the result is in out/two_lakes
  tempera run my.json --set path.n_levels=128 --seed 3 --export svg,html
  tempera run my.json --assert 'ess_fraction > 0.9'       exit code 4 when it does not hold
  tempera sweep my.json --grid path.n_levels=32,64 --seeds 5 --out out/levels
  tempera list kernel                                     what there is
  tempera describe second_order                           what its settings mean
  tempera app two_lakes                                   the window)";

std::string line_of(const Problem& p) {
    return printable(p.place.empty() ? p.text : p.place + ": " + p.text);
}

/// "a: b" lines of an error, indented under one headline.
int report_problems(const std::vector<Problem>& problems) {
    if (problems.size() == 1) {
        const Problem& p = problems.front();
        std::cerr << "tempera: " << line_of(p) << "\n";
    } else {
        std::cerr << "tempera: " << problems.size() << " problems\n";
        for (const Problem& p : problems) {
            std::cerr << "  " << line_of(p) << "\n";
        }
    }
    return bad_input;
}

int guarded(const Action& action) {
    try {
        return action();
    } catch (const ConfigError& error) {
        return report_problems(error.problems());
    } catch (const NumericalError& error) {
        std::cerr << "tempera: numerical failure: " << printable(error.what()) << "\n";
        return numerical_failure;
    } catch (const Stopped&) {
        std::cerr << "tempera: interrupted before anything was reached; nothing was saved\n";
        return interrupted;
    } catch (const std::bad_alloc&) {
        std::cerr
            << "tempera: not enough memory; use fewer particles or levels, or --set run.precision=f32\n";
        return numerical_failure;
    } catch (const std::filesystem::filesystem_error& error) {
        const std::string place = error.path1().string();
        std::cerr << "tempera: " << printable(place.size() > 120 ? place.substr(0, 120) + "..." : place)
                  << ": " << error.code().message() << "; choose another place\n";
        return bad_input;
    } catch (const std::exception& error) {
        std::cerr << "tempera: " << printable(error.what()) << "\n";
        return bad_input;
    }
}

/// Results that nobody could take are not results; a reader that has had enough (`| head`) is no failure.
int delivered(int code) {
    std::cout.flush();
    if (std::cout || code != ok) {
        return code;
    }
    pollfd output{STDOUT_FILENO, 0, 0};
    if (poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0) {
        return code;
    }
    std::cerr << "tempera: stdout: cannot be written (disk full?); the results above are not complete\n";
    return bad_input;
}

/// No file and no shipped preset of that name.
[[noreturn]] void refuse_preset(const std::string& name) {
    std::vector<std::string> known;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(preset_dir(), ignored)) {
        known.push_back(entry.path().stem().string());
    }
    std::sort(known.begin(), known.end());
    const std::string near = nearest_name(std::filesystem::path(name).stem().string(), known);
    throw ConfigError("PRESET", "\"" + name + "\" is no file and no shipped preset" +
                                    (near.empty() ? std::string() : "; did you mean \"" + near + "\"?"));
}

/// A file that is typed is one of the working folder, whatever lies beside the preset.
void find_typed_file(Json& preset, const std::string& dotted) {
    const auto field = find_field(preset, dotted);
    const Json typed = get_value(preset, dotted);
    std::error_code unknown;
    if (field && field->kind == Field::Kind::file && typed.is_string() &&
        std::find(field->choices.begin(), field->choices.end(), typed) == field->choices.end() &&
        !typed.get<std::string>().empty() && std::filesystem::exists(typed.get<std::string>(), unknown)) {
        set_value(preset, dotted, Json(std::filesystem::absolute(typed.get<std::string>()).string()));
    }
}

}  // namespace

void PresetArguments::add_to(CLI::App& command, bool with_seed) {
    command.add_option("PRESET", file, "Preset file, or the name of a shipped preset")->required();
    command.add_option("--set", sets, "Change a setting: --set path.n_levels=128 (may be repeated)")
        ->allow_extra_args(false)
        ->type_name("A.B=V");
    command
        .add_option("--threads", threads, "Worker threads (0 = all cores); the results do not depend on it")
        ->check(CLI::Range(0, 1024));
    if (with_seed) {
        command.add_option("--seed", seed, "Seed of all random numbers")
            ->check(CLI::Range(0L, 9007199254740992L));
    }
}

std::filesystem::path find_preset(const std::string& name) {
    namespace fs = std::filesystem;
    const fs::path path = name;
    std::error_code unknown;  // a name that the system refuses is no file either
    if (fs::exists(path, unknown)) {
        return path;
    }
    const fs::path shipped =
        fs::path(preset_dir()) / (path.extension() == ".json" ? path : fs::path(name + ".json"));
    if (path.empty() || !path.parent_path().empty() || !fs::exists(shipped, unknown)) {
        refuse_preset(name);
    }
    return shipped;
}

Json PresetArguments::load() const {
    std::filesystem::path path = find_preset(file);
    if (std::filesystem::is_directory(path) && std::filesystem::exists(path / "preset.json")) {
        path /= "preset.json";
    }
    Json preset = load_preset(path);
    for (const std::string& s : sets) {
        set_value(preset, s);
        find_typed_file(preset, s.substr(0, s.find('=')));
    }
    if (seed >= 0) {
        set_value(preset, "run.seed", seed);
    }
    set_thread_count(threads);
    return preset;
}

void tell_notes(const Json& resolved) {
    for (const Problem& note : preset_notes(resolved)) {
        std::cerr << "tempera: note: " << line_of(note) << "\n";
    }
}

std::string not_empty(const std::string& value) { return value.empty() ? "is empty" : ""; }

int run_command_line(const std::vector<std::string>& arguments) {
    CLI::App app("Tempera: annealed Monte Carlo over density paths, in a window and on the command line.",
                 "tempera");
    app.footer(examples);
    app.set_version_flag("--version", std::string("tempera ") + build_id());
    app.require_subcommand(0, 1);
    app.failure_message(CLI::FailureMessage::simple);
    Action action = [&app] {
        std::cout << app.help();
        return ok;
    };
    for (const auto add : {add_run, add_train, add_sweep, add_eval, add_sample, add_report, add_compare,
                           add_list, add_describe, add_check, add_bench, add_app}) {
        add(app, action);
    }
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return app.exit(error);
        }
        std::cerr << "tempera: " << error.what() << "\n";
        const auto used = app.get_subcommands();
        std::cerr << "See tempera " << (used.empty() ? "" : used.front()->get_name() + " ") << "--help\n";
        return bad_input;
    }
    return delivered(guarded(action));
}

}  // namespace tempera::cli
