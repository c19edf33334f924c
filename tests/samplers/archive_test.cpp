// SPDX-License-Identifier: MIT
// A sampler made anew goes on from a saved state with the same bits.
#include <gtest/gtest.h>

#include <cstring>

#include "core/errors.hpp"
#include "core/state_archive.hpp"
#include "gaussian_path.hpp"

namespace tempera::test {
namespace {

struct Case {
    const char* name;
    const char* sampler;
    Json settings;
    const char* move;
    bool adapt;
};

std::shared_ptr<AnnealedSampler<double>> make(const Case& c, int n_levels = 9) {
    const auto path = std::make_shared<GaussianPath>(linear_beta(n_levels), 3, 0.6, 0.5, 1.7);
    auto context = context_on(path, make_move(c.move, 2, 3, c.adapt), 11);
    context.record_genealogy = true;
    return find_entry(sampler_catalogue(), "sampler", c.sampler).make<double>(c.settings, context);
}

Npz state_of(AnnealedSampler<double>& sampler) {
    StateArchive archive;
    sampler.archive(archive);
    return archive.arrays();
}

class Archive : public testing::TestWithParam<Case> {};

TEST_P(Archive, ARestoredSamplerGoesOnWithTheSameBits) {
    const auto whole = make(GetParam());
    whole->start();
    for (int moves = 1; !whole->finished(); ++moves) {
        whole->advance();
        if (moves % 7 != 0) {
            continue;
        }
        const auto rest = make(GetParam());
        StateArchive state(state_of(*whole), "state");
        rest->archive(state);
        EXPECT_EQ(rest->progress(), whole->progress());
        const auto twin = make(GetParam());
        twin->start();
        for (int m = 0; m < moves; ++m) {
            twin->advance();
        }
        while (!rest->finished()) {
            rest->advance();
            twin->advance();
        }
        ASSERT_TRUE(twin->finished());
        const Npz a = state_of(*rest), b = state_of(*twin);
        ASSERT_EQ(a.size(), b.size());
        for (const auto& [name, array] : b) {
            if (name.find("seconds") == std::string::npos) {
                EXPECT_EQ(a.at(name).bytes, array.bytes) << name << " after " << moves << " moves";
            }
        }
        EXPECT_EQ(rest->log_z(), twin->log_z());
        EXPECT_EQ(rest->level_stats().size(), twin->level_stats().size());
        if (const ExchangeStats* stats = rest->exchange_stats()) {
            EXPECT_EQ(stats->round_trips, twin->exchange_stats()->round_trips);
            EXPECT_EQ(stats->index_process, twin->exchange_stats()->index_process);
            EXPECT_EQ(stats->occupancy.size(), twin->exchange_stats()->occupancy.size());
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Samplers, Archive,
    testing::Values(Case{"ais", "ais", {{"n_particles", 300}}, "mala", false},
                    Case{"smc", "smc", {{"n_particles", 300}, {"ess_threshold", 0.95}}, "random_walk", false},
                    Case{"exchange",
                         "replica_exchange",
                         {{"n_ensembles", 5}, {"n_scans", 40}, {"moves_per_scan", 2}},
                         "hmc",
                         true}),
    [](const auto& tested) { return tested.param.name; });

TEST(Archive, WhatDoesNotFitIsRefused) {
    const Case smc{"smc", "smc", {{"n_particles", 300}}, "none", false};
    const auto sampler = make(smc);
    sampler->start();
    const Npz good = state_of(*sampler);
    const Case larger{"smc", "smc", {{"n_particles", 600}}, "none", false};
    StateArchive state(good, "a state");
    EXPECT_THROW(make(larger)->archive(state), ConfigError);
    Npz torn = good;
    torn.erase("log_weight");
    StateArchive rest(torn, "a state");
    EXPECT_THROW(make(smc)->archive(rest), ConfigError);
}

/// Indices that point nowhere, lists of another length: a state whose bytes were changed must not be
/// followed.
TEST(Archive, DamagedIndicesAreRefused) {
    const auto damaged = [](Npz state, const std::string& name, long value) {
        NpyArray& array = state.at(name);
        if (array.type == NpyArray::Type::i64) {
            std::memcpy(array.bytes.data(), &value, sizeof value);
        } else {
            const int small = static_cast<int>(value);
            std::memcpy(array.bytes.data(), &small, sizeof small);
        }
        return state;
    };
    const Case smc{"smc", "smc", {{"n_particles", 300}, {"ess_threshold", 0.99}}, "mala", false};
    const Case exchange{"exchange", "replica_exchange", {{"n_ensembles", 5}, {"n_scans", 40}}, "mala", false};
    const std::vector<std::pair<Case, std::vector<std::string>>> cases{
        {smc, {"root", "level", "steps_left", "step", "genealogy", "genealogy.level", "levels.level"}},
        {exchange, {"labels", "scan", "steps", "index_process", "collected.stride"}}};
    for (const auto& [c, names] : cases) {
        const auto sampler = make(c);
        sampler->start();
        for (int m = 0; m < 12; ++m) {
            sampler->advance();
        }
        const Npz good = state_of(*sampler);
        for (const std::string& name : names) {
            for (const long value : {-1L, 1'000'000'000L}) {
                if (value > 0 && (name == "steps_left" || name == "step" || name == "steps" ||
                                  name == "collected.stride")) {
                    continue;  // large, but no index
                }
                StateArchive state(damaged(good, name, value), "a state");
                EXPECT_THROW(make(c)->archive(state), ConfigError) << name << " = " << value;
            }
        }
        for (const std::string name : {"root", "labels", "trips", "labels.up"}) {
            if (good.contains(name)) {
                Npz shorter = good;
                shorter.at(name).bytes.resize(8);
                StateArchive state(shorter, "a state");
                EXPECT_THROW(make(c)->archive(state), ConfigError) << name;
            }
        }
    }
}

}  // namespace
}  // namespace tempera::test
