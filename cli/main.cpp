// SPDX-License-Identifier: MIT
#include "cli/commands.hpp"
#include "cli/interrupts.hpp"

int main(int argc, char** argv) {
    tempera::cli::catch_interrupts();
    return tempera::cli::run_command_line(std::vector<std::string>(argv + 1, argv + argc));
}
