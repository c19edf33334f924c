// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.hpp"
#include "cli/interrupts.hpp"
#include "figures/palette_names.hpp"
#include "run/preset/preset_schema.hpp"

#if TEMPERA_HAS_APP
#include "app/app.hpp"
#endif

namespace tempera::cli {

#if TEMPERA_HAS_APP

void add_app(CLI::App& app, Action& action) {
    auto a = std::make_shared<app::AppOptions>();
    auto size = std::make_shared<std::string>();
    CLI::App* c = app.add_subcommand("app", "The window");
    c->add_option(
        "FILE", a->file,
        "Preset, name of a shipped preset, run folder, or a file of your own (csv, npy, npz, pt); default: "
        "two_lakes");
    c->add_option("--formula", a->formula,
                  "A density of your own, such as '-x1^4 + x1^2 - x2^2', looked at over the preset")
        ->type_name("LOG_DENSITY");
    c->add_option("--layout", a->layout, "Arrangement of panels")
        ->check(CLI::IsMember(find_field(Json(), "view.layout")->choices));
    c->add_option("--story", a->story,
                  "A guided story to start: mode_blindness, or mode_blindness:3 for a step")
        ->type_name("NAME");
    c->add_option("--theme", a->theme, "Colours of this start; default: those chosen last")
        ->check(CLI::IsMember(palette_names()));
    c->add_option("--screenshot", a->screenshot,
                  "Draw off screen (no display needed), write this picture and exit")
        ->type_name("F.png");
    c->add_option("--size", *size, "Size of the window in pixels; default: that of the last time, 1440x900")
        ->type_name("WxH");
    c->add_option("--scale", a->scale,
                  "Scale of texts and spaces; default: that of the last time, or the display's")
        ->check(CLI::Range(0.5, 4.0));
    c->add_option("--at", a->at, "When to take the picture: finished, or seconds")->type_name("TIME");
    c->add_option("--frames", a->frames, "Draw so many frames off screen while it runs, and write --json")
        ->check(CLI::Range(1, 1000000));
    c->add_option("--json", a->json, "Measurements of --frames")->type_name("F.json");
    c->footer("Examples:\n  tempera app\n  tempera app gmm40 --theme light\n  tempera app two_lakes "
              "--screenshot window.png --size 1440x900 --at finished");
    c->callback([a, size, &action] {
        action = [a, size] {
            char rest = 0;
            if (!size->empty() &&
                (std::sscanf(size->c_str(), "%dx%d%c", &a->width, &a->height, &rest) != 2 || a->width < 320 ||
                 a->height < 200 || a->width > 16384 || a->height > 16384)) {
                throw ConfigError("--size",
                                  "\"" + *size + "\" must be WIDTHxHEIGHT from 320x200 to 16384x16384");
            }
            if (!a->file.empty()) {
                a->file = find_preset(a->file).string();
            }
            const bool window = a->screenshot.empty() && a->frames == 0;
            if (window) {
                a->stop = interrupt_token();
            } else {
                release_interrupts();
            }
            return app::run_app(*a);
        };
    });
}

#else

void add_app(CLI::App& app, Action& action) {
    CLI::App* c = app.add_subcommand("app", "The window (not in this build)");
    c->allow_extras();
    c->callback([&action] {
        action = []() -> int {
            throw ConfigError(
                "app",
                "this program was built without the window; build with -DTEMPERA_APP=ON, or use tempera run");
        };
    });
}

#endif

}  // namespace tempera::cli
