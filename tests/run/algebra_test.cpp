// SPDX-License-Identifier: MIT
// Algebra that must hold for any input: found counterexamples are shrunk by rapidcheck.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

#include "paths/schedule.hpp"
#include "run/preset/preset.hpp"
#include "samplers/annealed/resampling.hpp"
#include "samplers/annealed/weighted_population.hpp"
#include "targets/mixture.hpp"

namespace tempera {
namespace {

double between(double low, double high) {
    return low + (high - low) * *rc::gen::inRange(0, 1 << 20) / static_cast<double>(1 << 20);
}

/// WeightSum::of takes one block at a time.
WeightSum weight_sum(const std::vector<double>& w) {
    PerParticle<double> lanes(static_cast<int>(w.size()));
    WeightSum out;
    std::copy(w.begin(), w.end(), lanes.span().begin());
    for (int b = 0; b * block_size < lanes.size(); ++b) {
        out += WeightSum::of(lanes.block(b), std::min(block_size, lanes.size() - b * block_size));
    }
    return out;
}

std::vector<double> some_log_weights() {
    std::vector<double> out(static_cast<std::size_t>(*rc::gen::inRange(1, 300)));
    for (double& v : out) {
        v = between(-50, 50);
    }
    return out;
}

TEST(Algebra, LogSumExpMovesWithItsTerms) {
    EXPECT_TRUE(rc::check("log sum exp(w + c) = c + log sum exp w; the ESS stays", [] {
        std::vector<double> w = some_log_weights();
        const int n = static_cast<int>(w.size());
        const double shift = between(-1e4, 1e4);
        const WeightSum before = weight_sum(w);
        for (double& v : w) {
            v += shift;
        }
        const WeightSum after = weight_sum(w);
        RC_ASSERT(std::abs(after.log_sum() - before.log_sum() - shift) < 1e-9);
        RC_ASSERT(std::abs(after.ess() - before.ess()) < 1e-8 * n);
    }));
}

TEST(Algebra, ResamplingKeepsTheNumberAndTheOrder) {
    EXPECT_TRUE(rc::check("n ancestors, ascending, of positive weight", [] {
        std::vector<double> w = some_log_weights();
        const int dead = *rc::gen::inRange(0, static_cast<int>(w.size()));
        for (int i = 0; i < dead; ++i) {
            w[static_cast<std::size_t>(i)] = -std::numeric_limits<double>::infinity();
        }
        StreamKey key;
        key.seed = static_cast<std::uint64_t>(*rc::gen::inRange(0, 1 << 30));
        const double total = weight_sum(w).log_sum();
        for (const std::string& name : resampling_names()) {
            const auto from = resample(resampling_from_name(name), w, key.with(Purpose::resample, 1));
            RC_ASSERT(from.size() == w.size());
            RC_ASSERT(std::is_sorted(from.begin(), from.end()));
            RC_ASSERT(from.front() >= dead && from.back() < static_cast<int>(w.size()));
            if (name != "systematic") {
                continue;
            }
            // Systematic offspring differ from n W by less than one.
            std::vector<int> count(w.size());
            for (const int i : from) {
                ++count[static_cast<std::size_t>(i)];
            }
            for (std::size_t i = 0; i < w.size(); ++i) {
                const double wanted = static_cast<double>(w.size()) * std::exp(w[i] - total);
                RC_ASSERT(std::abs(count[i] - wanted) < 1 + 1e-6);
            }
        }
    }));
}

TEST(Algebra, NoisingTwiceIsNoisingOnce) {
    EXPECT_TRUE(rc::check("noised(a, s) then noised(b, t) = noised(a b, sqrt(b^2 s^2 + t^2))", [] {
        Mixture m;
        m.shape = Mixture::Shape::diagonal;
        const int n = *rc::gen::inRange(1, 5);
        for (int c = 0; c < n; ++c) {
            Eigen::VectorXd mean(3), variance(3);
            for (int i = 0; i < 3; ++i) {
                mean[i] = between(-5, 5);
                variance[i] = std::exp(between(-6, 3));
            }
            m.components.push_back({1.0 / n, mean, variance, Eigen::MatrixXd::Identity(3, 3)});
        }
        const double a = between(0.1, 1), s = between(0, 2), b = between(0.1, 1), t = between(0, 2);
        const Mixture twice = m.noised(a, s).noised(b, t), once = m.noised(a * b, std::hypot(b * s, t));
        for (int c = 0; c < n; ++c) {
            const auto &p = twice.components[static_cast<std::size_t>(c)],
                       &q = once.components[static_cast<std::size_t>(c)];
            RC_ASSERT((p.mean - q.mean).norm() < 1e-12 * (1 + q.mean.norm()));
            RC_ASSERT((p.eigenvalues - q.eigenvalues).norm() < 1e-12 * q.eigenvalues.norm());
            RC_ASSERT(p.weight == q.weight);
        }
    }));
}

TEST(Algebra, SchedulesAreStrictlyMonotone) {
    EXPECT_TRUE(rc::check("every schedule passes the check of explicit ones", [] {
        const int n = *rc::gen::inRange(1, 400);
        for (const ScheduleEntry& e : schedule_catalogue()) {
            for (const bool rho : {true, false}) {
                if (e.name == "explicit" || !(rho ? e.for_rho : e.for_beta)) {
                    continue;
                }
                Problems problems;
                const auto values = e.make(Json{{"type", e.name}}, n, rho);
                check_schedule(values, n, rho, e.name, problems);
                RC_ASSERT(problems.empty());
            }
        }
    }));
}

TEST(Algebra, PresetValuesComeBack) {
    EXPECT_TRUE(rc::check("set, get, print, parse", [] {
        const double value =
            *rc::gen::suchThat(rc::gen::arbitrary<double>(), [](double v) { return std::isfinite(v); });
        const std::string key = "k" + std::to_string(*rc::gen::inRange(0, 1000));
        Json p = Json::object();
        set_value(p, "a." + key + ".b", Json(value));
        RC_ASSERT(get_value(p, "a." + key + ".b").get<double>() == value);
        RC_ASSERT(parse_preset(format_preset(p), "p") == p);
        set_value(p, "a." + key + ".c=" + Json(value).dump());
        RC_ASSERT(get_value(p, "a." + key + ".c").get<double>() == value);
    }));
}

}  // namespace
}  // namespace tempera
