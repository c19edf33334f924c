// SPDX-License-Identifier: MIT
#include "run/experiment/memory.hpp"

#include <gtest/gtest.h>

#include "run/preset/preset_target.hpp"
#include "support/presets.hpp"

namespace tempera {
namespace {

using test::good_preset;
using test::mentions;

TEST(Memory, WhatCannotFitIsNamedBeforeItIsMade) {
    const Json resolved = resolve_preset(good_preset());
    EXPECT_NO_THROW(check_memory(resolved, 2, nullptr, 1e9));
    Json large = resolved;
    large["sampler"]["n_particles"] = 16'000'000;
    try {
        check_memory(large, 512, nullptr, 0x1p34);
        FAIL() << "16 million particles in 512 dimensions fit into 16 GiB";
    } catch (const ConfigError& error) {
        EXPECT_TRUE(mentions(error.problems(), "sampler.n_particles", "16 GiB")) << error.what();
        EXPECT_TRUE(mentions(error.problems(), "sampler.n_particles", "run.precision f32")) << error.what();
    }
    Json ladder = resolved;
    ladder["sampler"] = Json{{"type", "replica_exchange"}, {"n_ensembles", 1'000'000}};
    ladder["path"]["n_levels"] = 1000;
    EXPECT_THROW(check_memory(ladder, 2, nullptr, 0x1p34), ConfigError);
    Json tall = resolved;
    tall["path"]["n_levels"] = 100'000;
    tall["target"] = Json{{"type", "two_mode"}, {"dim", 512}};
    const auto target = preset_target<double>(tall);
    try {
        check_memory(tall, 512, target->mixture(), 0x1p34);
        FAIL() << "100 000 levels of two full covariances in 512 dimensions fit into 16 GiB";
    } catch (const ConfigError& error) {
        EXPECT_TRUE(mentions(error.problems(), "path.n_levels", "GiB")) << error.what();
    }
    EXPECT_GT(memory_limit(), 1e6);
}

}  // namespace
}  // namespace tempera
