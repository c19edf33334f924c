// SPDX-License-Identifier: MIT
// Traces of chains: the values that were collected, whenever they were looked at, and the numbers of the
// summary.
#include "run/record/chain_traces.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "run/figures/chain_figures.hpp"
#include "run/folder/run_folder.hpp"
#include "run/record/run_folder_snapshot.hpp"
#include "run/work/run_traces.hpp"
#include "samplers/gaussian_path.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

using test::small_exchange, test::small_run;

Json longer_exchange() {
    Json p = small_exchange();
    p["sampler"]["n_ensembles"] = 6;
    p["sampler"]["n_scans"] = 160;
    return p;
}

void expect_same(const ChainTraces& a, const ChainTraces& b) {
    EXPECT_EQ(a.n_chains, b.n_chains);
    EXPECT_EQ(a.n_rows, b.n_rows);
    EXPECT_EQ(a.first, b.first);
    EXPECT_EQ(a.stride, b.stride);
    ASSERT_EQ(a.observables.size(), b.observables.size());
    for (std::size_t k = 0; k < a.observables.size(); ++k) {
        EXPECT_EQ(a.observables[k].values.values, b.observables[k].values.values);
        EXPECT_EQ(a.observables[k].statistics.ess_bulk, b.observables[k].statistics.ess_bulk);
        EXPECT_EQ(a.observables[k].correlation.rho, b.observables[k].correlation.rho);
        EXPECT_EQ(a.observables[k].ranks.ratio, b.observables[k].ranks.ratio);
        EXPECT_EQ(a.observables[k].error, b.observables[k].error);
    }
    ASSERT_EQ(a.level_energies.size(), b.level_energies.size());
    for (std::size_t k = 0; k < a.level_energies.size(); ++k) {
        EXPECT_EQ(a.level_energies[k].rho, b.level_energies[k].rho);
    }
}

TEST(ChainTraces, TellTheNumbersOfTheSummaryAndSoDoesTheFolder) {
    const test::ScratchFolder folder("traces");
    RunRunner runner;
    runner.start(longer_exchange());
    runner.wait();
    ASSERT_EQ(runner.latest()->state, RunState::finished) << runner.latest()->error;
    const Snapshot& live = *runner.latest();
    ASSERT_TRUE(live.traces);
    const ChainTraces& traces = *live.traces;
    EXPECT_EQ(traces.n_chains, 6);
    EXPECT_EQ(traces.n_rows, 80);
    EXPECT_EQ(traces.first, 80);
    EXPECT_EQ(traces.stride, 1);
    ASSERT_EQ(traces.observables.size(), live.observables.size());
    const Json& told = runner.result()->summary["observables"];
    for (std::size_t k = 0; k < live.observables.size(); ++k) {
        const Json& of = told.at(live.observables[k].name);
        const ChainTrace& trace = traces.observables[k];
        EXPECT_NEAR(trace.statistics.r_hat, of["r_hat"].get<double>(), 1e-12);
        EXPECT_NEAR(trace.statistics.ess_bulk, of["ess_bulk"].get<double>(), 1e-9);
        EXPECT_NEAR(trace.statistics.ess_tail, of["ess_tail"].get<double>(), 1e-9);
        EXPECT_NEAR(trace.statistics.autocorrelation_time, of["autocorrelation_time"].get<double>(), 1e-9);
        EXPECT_NEAR(trace.mean.back(), of["mean"].get<double>(), 1e-12);
        ASSERT_FALSE(trace.error.empty());
        EXPECT_NEAR(trace.error.back(), of["stderr"].get<double>(), 1e-9);
    }
    std::filesystem::create_directories(folder.path);
    write_run_folder(*runner.result(), folder.path / "run", {}, false);
    const Snapshot stored = snapshot_of(read_run_folder(folder.path / "run"));
    ASSERT_TRUE(stored.traces);
    expect_same(traces, *stored.traces);
    EXPECT_EQ(live.exchange_stats->energy_process, stored.exchange_stats->energy_process);
}

/// 2000 chains keep 100 rows: 450 steps are thinned three times on the way.
TEST(ChainTraces, LookedAtOnTheWayAreThoseOfTheEnd) {
    const auto path = std::make_shared<test::GaussianPath>(test::linear_beta(1), 1, 0, 1, 0);
    const Json settings{{"n_chains", 2000}, {"n_steps", 450}, {"burn_in", 10}, {"initial", "exact"}};
    const auto sampler =
        find_entry(sampler_catalogue(), "sampler", "mcmc")
            .make<double>(settings, test::context_on(path, test::make_move("random_walk", 1, 1), 5));
    RunTraces<double> followed(*path), never(*path);
    Json preset{{"sampler", settings}};
    sampler->start();
    EXPECT_EQ(followed.latest(*sampler, preset, true)->n_rows, 0);
    long looks = 0;
    while (!sampler->finished()) {
        sampler->advance();
        followed.follow(*sampler);
        if (sampler->progress() % 37 == 0) {
            const auto seen = followed.latest(*sampler, preset, true);
            EXPECT_EQ(seen->n_rows * 2000, static_cast<long>(sampler->collected()->size()));
            looks += seen->stride > 1;
        }
    }
    EXPECT_GT(looks, 3) << "some of it must have been thinned before the end";
    const auto end = followed.latest(*sampler, preset, false);
    EXPECT_EQ(end->n_rows, 57);
    EXPECT_EQ(end->stride, 8);
    EXPECT_EQ(end->first, 10);
    expect_same(*end, *never.latest(*sampler, preset, false));
}

TEST(ChainTraces, OfChainsThatAreTooManySayWhy) {
    const auto path = std::make_shared<test::GaussianPath>(test::linear_beta(1), 1, 0, 1, 0);
    const Json settings{{"n_chains", 30000}, {"n_steps", 2}, {"burn_in", 0}};
    const auto sampler =
        test::run("mcmc", settings, test::context_on(path, test::make_move("random_walk", 1, 1), 5));
    RunTraces<double> traces(*path);
    traces.follow(*sampler);
    EXPECT_FALSE(traces.latest(*sampler, Json{{"sampler", settings}}, true)->missing.empty());
}

TEST(ChainTraces, OfWeightedPopulationsAreNoneAndTheFigureSaysWhy) {
    RunRunner runner;
    runner.start(small_run());
    runner.wait();
    EXPECT_FALSE(runner.latest()->traces);
    for (const PlotSpec& plot : {trace_figure(*runner.latest(), 0), rank_figure(*runner.latest(), 0),
                                 autocorrelation_figure(*runner.latest(), 0)}) {
        EXPECT_TRUE(plot.layers.empty());
        EXPECT_NE(plot.empty.find("weights"), std::string::npos) << plot.empty;
    }
}

TEST(ChainTraces, StandWhereTheSamplerLeftThem) {
    ChainTraces traces;
    const Json exchange = Json{{"sampler", {{"n_scans", 1000}, {"burn_in_fraction", 0.25}}}};
    traces.n_rows = 300;
    tell_time(traces, exchange, 550);
    EXPECT_EQ(traces.first, 250);
    EXPECT_EQ(traces.stride, 1);
    traces.n_rows = 94;
    tell_time(traces, exchange, 1000);
    EXPECT_EQ(traces.stride, 8);
    const Json thinned = Json{{"sampler", {{"burn_in", 7}, {"thin", 3}}}};
    traces.n_rows = 10;
    tell_time(traces, thinned, 7 + 58);
    EXPECT_EQ(traces.first, 7);
    EXPECT_EQ(traces.stride, 6);
    traces.n_rows = 11;
    tell_time(traces, thinned, 7 + 58);
    EXPECT_EQ(traces.stride, 0) << "no power of two of three gives eleven rows";
}

/// Independent draws about 2: the running mean's interval covers it, and the figure draws four of the long
/// chains.
TEST(ChainTraces, AFigureDrawsSomeChainsWithTheirMean) {
    Snapshot s;
    s.exchange = true;
    s.preset = std::make_shared<Json>(small_exchange());
    s.observables = {{.name = "energy", .exact = 2.0}};
    StreamKey key;
    std::vector<double> values;
    for (std::uint32_t i = 0; i < 20 * 3000; ++i) {
        values.push_back(2 + Stream(key, i).normal());
    }
    auto traces = std::make_shared<ChainTraces>();
    traces->n_chains = 20, traces->n_rows = 3000, traces->first = 500, traces->stride = 4;
    traces->observables = chain_traces({values}, 20);
    s.traces = traces;
    const ChainTrace& trace = traces->observables[0];
    ASSERT_EQ(trace.error.size(), 8u);
    EXPECT_NEAR(trace.error.back(), 1 / std::sqrt(60000.0), 0.1 / std::sqrt(60000.0));
    EXPECT_NEAR(trace.mean.back(), 2, 4 * trace.error.back());
    const PlotSpec plot = trace_figure(s, 0);
    long lines = 0;
    for (const PlotLayer& layer : plot.layers) {
        const bool chain = layer.kind == PlotLayer::Kind::line && layer.role == Role::run;
        lines += chain;
        EXPECT_TRUE(!chain || layer.x.size() == 1024u) << layer.x.size();
    }
    EXPECT_EQ(lines, 4);
    EXPECT_EQ(plot.x.min, 500);
    EXPECT_EQ(plot.x.max, 500 + 4 * 2999);
    EXPECT_EQ(plot.x.label, "scan");
    EXPECT_NE(plot.note.find("every 4th scan"), std::string::npos);
    EXPECT_EQ(plot.state.rfind("4 of 20 chains", 0), 0u);
}

}  // namespace
}  // namespace tempera
