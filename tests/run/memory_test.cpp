// SPDX-License-Identifier: MIT
#include "run/experiment/memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "core/block.hpp"
#include "run/preset/preset_target.hpp"
#include "support/presets.hpp"
#include "support/runs.hpp"

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

Json in_dimensions(int dim) {
    Json preset = good_preset();
    preset["target"] = Json{{"type", "two_mode"}, {"dim", dim}};
    preset["path"]["n_levels"] = 1;
    preset["sampler"]["n_particles"] = block_size;
    return resolve_preset(preset);
}

TEST(Memory, HessiansOfEveryThreadCount) {
    const test::FewThreads few(4);
    Json resolved = in_dimensions(512);
    resolved["sampler"]["n_particles"] = 4 * block_size;
    const auto need = [&](const char* kernel) {
        Json p = resolved;
        set_value(p, "kernel.type", kernel);
        return memory_need(resolve_preset(p), 512, nullptr);
    };
    const double one = 512.0 * 512 * block_size * 8;  // bytes of a block's Hessians
    EXPECT_NEAR(one, 0.54e9, 0.01e9);
    EXPECT_NEAR(need("second_order") - need("first_order"), 4 * one * (1 + 2.0 / 16), 1);
    EXPECT_NEAR(need("transport_midpoint") - need("first_order"), 4 * one * (1 + 1.0 / 16), 1);
    try {
        check_memory(resolved, 512, nullptr, 2e9);
        FAIL() << "four threads' Hessians fit into 2 GB";
    } catch (const ConfigError& error) {
        EXPECT_TRUE(mentions(error.problems(), "kernel.type", "Hessians of 4 threads")) << error.what();
    }
    resolved["sampler"]["n_particles"] = block_size;  // for the others there is no block
    EXPECT_NO_THROW(check_memory(resolved, 512, nullptr, 2e9));
}

double resident_bytes() {
    std::ifstream in("/proc/self/statm");
    double all = 0, resident = 0;
    in >> all >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

TEST(Memory, TheEstimateIsWhatASecondOrderRunTakes) {
    const Json resolved = in_dimensions(256);
    const auto target = preset_target<double>(resolved);
    const test::FewThreads one(1);
    double grown = 0;
    std::thread([&] {  // with temporary memory of its own
        const double before = resident_bytes();
        const auto work = make_run_work(resolved, false, {});
        work->start();
        work->advance();
        grown = resident_bytes() - before;
    })
        .join();
    const double estimate = memory_need(resolved, 256, target->mixture());
    EXPECT_GT(estimate, 150e6);
    EXPECT_GT(grown, 0.7 * estimate);
    EXPECT_LT(grown, 1.5 * estimate);
}

}  // namespace
}  // namespace tempera
