// SPDX-License-Identifier: MIT
#include <CLI/CLI.hpp>
#include <memory>

#include "bench/bench.hpp"
#include "cli/commands.hpp"
#include "cli/interrupts.hpp"

namespace tempera::cli {

void add_bench(CLI::App& app, Action& action) {
    struct Arguments {
        std::string filter, json;
    };
    auto a = std::make_shared<Arguments>();
    CLI::App* c =
        app.add_subcommand("bench", "Speed of the kernels as fractions of this machine's measured peaks");
    c->add_option("FILTER", a->filter, "Only names that contain this (several: separated by commas)");
    c->add_option("--json", a->json, "Also write the results as JSON")->type_name("F.json");
    c->footer("Examples:\n  tempera bench\n  tempera bench gmm --json bench.json");
    c->callback([a, &action] {
        action = [a] {
            release_interrupts();
            return tempera_bench(a->filter, a->json);
        };
    });
}

}  // namespace tempera::cli
