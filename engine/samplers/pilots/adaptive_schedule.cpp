// SPDX-License-Identifier: MIT
#include "samplers/pilots/adaptive_schedule.hpp"

#include <algorithm>
#include <cmath>

#include "paths/schedule.hpp"
#include "samplers/pilots/cess_pilot.hpp"
#include "samplers/pilots/pilot.hpp"

namespace tempera {

namespace {

constexpr int most_cess_levels = 20'000, cess_rounds = 14;

Schedule descending(const std::vector<double>& beta) { return {beta.rbegin(), beta.rend()}; }

/// Points 0 .. n at which a piecewise linear cumulative weight over `knots` takes the values i/n of its
/// total.
std::vector<double> equal_shares(const std::vector<double>& knots, const std::vector<double>& weight, int n) {
    double total = 0;
    for (const double w : weight) {
        total += w;
    }
    std::vector<double> out{knots.front()};
    double below = 0;
    std::size_t cell = 0;
    for (int i = 1; i < n; ++i) {
        const double share = total * i / n;
        while (cell + 1 < weight.size() && below + weight[cell] < share) {
            below += weight[cell++];
        }
        out.push_back(knots[cell] +
                      (knots[cell + 1] - knots[cell]) * std::min((share - below) / weight[cell], 1.0));
    }
    out.push_back(knots.back());
    return out;
}

/// The conditional ESS whose pilot takes n_levels full steps: steps ~ (1 - cess)^(-1/2), corrected round by
/// round.
template <class Real>
Schedule equal_cess_with_levels(const PilotProblem<Real>& problem, PilotReport& report) {
    const double n = problem.n_levels;
    double low = std::log(1e-12), high = std::log(1 - 1e-9);  // of log(1 - cess): more and fewer steps
    double at = std::log(0.3);
    CessRun best, nearest;
    double miss = std::numeric_limits<double>::infinity();
    for (int round = 0; round < cess_rounds && high - low > 1e-6; ++round) {
        const CessRun run = run_cess_pilot(problem, -std::expm1(at), 4 * problem.n_levels + 64);
        const bool fits = static_cast<double>(run.beta.size()) == n + 1;
        if (fits && (best.beta.empty() || run.steps > best.steps)) {
            best = run;
        }
        if (std::abs(run.steps - n) < miss) {
            miss = std::abs(run.steps - n);
            nearest = run;
        }
        if (fits && run.steps > n - 0.1) {
            break;
        }
        (run.steps > n ? low : high) = at;
        const double guess = at + 2 * std::log(run.steps / std::max(n - 0.05, 0.5));
        at = guess > low && guess < high ? guess : 0.5 * (low + high);
    }
    if (!best.beta.empty()) {
        report.independence = best.independence;
        return descending(best.beta);
    }
    if (nearest.beta.size() < 2 || nearest.beta.back() < 1) {
        throw NumericalError("equal_cess: no pilot run reached the target with about " +
                                 std::to_string(problem.n_levels) + " levels; use more levels",
                             problem.n_levels, -1);
    }
    report.independence = nearest.independence;
    // No conditional ESS gives just that number: the nearest run's steps, each of the same weight, are cut
    // anew.
    std::vector<double> weight(nearest.beta.size() - 1, 1.0);
    weight.back() = std::max(nearest.steps - static_cast<double>(weight.size()) + 1, 1e-3);
    return descending(equal_shares(nearest.beta, weight, problem.n_levels));
}

template <class Real>
Schedule equal_cess(const PilotProblem<Real>& problem, PilotReport& report) {
    if (problem.rho) {
        throw ConfigError("path.schedule.type", "\"equal_cess\" fits tempering paths; use "
                                                "\"equal_rejection\" or \"log_snr\" on a diffusion path");
    }
    const auto cess = problem.schedule.find("cess");
    if (cess == problem.schedule.end() || !cess->is_number()) {
        return equal_cess_with_levels(problem, report);
    }
    const CessRun run = run_cess_pilot(problem, cess->template get<double>(), most_cess_levels);
    if (run.beta.back() < 1) {
        throw NumericalError("equal_cess: more than " + std::to_string(most_cess_levels) +
                                 " levels; use a lower cess",
                             most_cess_levels, -1);
    }
    report.independence = run.independence;
    return descending(run.beta);
}

/// Swap rejections of every pair, and the kernel's order.
struct Rejections {
    std::vector<double> of_pair;
    double order;
};

/// On a schedule: from exact samples of the levels where there are any, else from a short run of replica
/// exchange.
template <class Real>
Rejections measure_rejections(const PilotProblem<Real>& problem, const Schedule& schedule, int round) {
    SamplerContext<Real> context;
    const auto path = problem.make_path(schedule);
    context.path = path;
    context.kernel = problem.make_kernel(path);
    context.move = problem.make_move(path);
    context.key = pilot_key(problem.key, static_cast<std::uint32_t>(round) + 1);
    bool exact = true;
    for (int k = 0; k < path->n_levels(); ++k) {
        exact = exact && path->has_level_sampler(k);
    }
    Json settings{{"initial", exact ? "exact" : "reference"}};
    if (exact) {
        settings.update(Json{{"n_ensembles", std::max(problem.n_particles / 4, 1) << round},
                             {"n_scans", 2},
                             {"burn_in_fraction", 0.0},
                             {"moves_per_scan", 0}});
    } else {
        settings.update(Json{{"n_ensembles", std::max(problem.n_particles / 32, 8)},
                             {"n_scans", 100 << round},
                             {"burn_in_fraction", 0.5},
                             {"moves_per_scan", 1}});
    }
    const auto sampler =
        find_entry(sampler_catalogue(), "sampler", "replica_exchange").template make<Real>(settings, context);
    sampler->start();
    while (!sampler->finished()) {
        problem.check_stop();
        sampler->advance();
    }
    return {sampler->exchange_stats()->swap_rejection, context.kernel->order()};
}

/// Rounds of: measure, then move the inner levels so that sums of rejection^(1/order) are equal (Syed et al.,
/// JRSS B 84, 2022, for order 1). The smallest and largest rho (or beta = 1 and 0) stay.
template <class Real>
Schedule equal_rejection(const PilotProblem<Real>& problem) {
    const int rounds = problem.schedule.value("n_rounds", 3);
    const ScheduleEntry& start = find_schedule(problem.rho ? "equal_rejection" : "linear");
    Schedule schedule =
        start.make(problem.rho ? problem.schedule : Json::object(), problem.n_levels, problem.rho);
    if (schedule.size() < 3) {
        return schedule;
    }
    for (int round = 0; round < rounds; ++round) {
        const Rejections rejection = measure_rejections(problem, schedule, round);
        std::vector<double> knots, weight;
        for (const double value : schedule) {
            knots.push_back(problem.rho ? std::log(value) : value);
        }
        double mean = 0;
        for (std::size_t j = 0; j + 1 < knots.size();
             ++j) {  // on a rho schedule the pair (0, 1) is left out: rho_0 = 0
            const double r = rejection.of_pair[problem.rho ? j + 1 : j];
            if (!std::isfinite(r)) {
                throw NumericalError("equal_rejection: the rejection of a pair could not be measured",
                                     static_cast<int>(j), -1);
            }
            weight.push_back(std::pow(r, 1.0 / rejection.order));
            mean += weight.back() / static_cast<double>(knots.size() - 1);
        }
        if (!(mean > 0)) {
            return schedule;
        }
        for (double& w : weight) {  // keeps levels apart where nothing was rejected
            w = std::max(w, 0.01 * mean);
        }
        knots = equal_shares(knots, weight, static_cast<int>(knots.size()) - 1);
        for (std::size_t j = 1; j + 1 < knots.size(); ++j) {
            schedule[j] = problem.rho ? std::exp(knots[j]) : knots[j];
        }
    }
    return schedule;
}

}  // namespace

template <class Real>
Schedule adapt_schedule(const PilotProblem<Real>& problem, PilotReport* report) {
    PilotReport unread;
    const std::string type = problem.schedule.value("type", std::string());
    if (type == "equal_cess") {
        return equal_cess(problem, report ? *report : unread);
    }
    if (type == "equal_rejection") {
        return equal_rejection(problem);
    }
    throw ConfigError("path.schedule.type", "\"" + type + "\" is not found by pilot runs");
}

template Schedule adapt_schedule<float>(const PilotProblem<float>&, PilotReport*);
template Schedule adapt_schedule<double>(const PilotProblem<double>&, PilotReport*);

}  // namespace tempera
