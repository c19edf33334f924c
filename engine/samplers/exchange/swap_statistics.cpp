// SPDX-License-Identifier: MIT
#include "samplers/exchange/swap_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/state_archive.hpp"
#include "diagnostics/bennett.hpp"
#include "diagnostics/chain_error.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

namespace {

constexpr std::size_t largest_store = 200'000, store_bytes = std::size_t{192} << 20;

// When an error is known: Bennett's ratio of two levels rests on the works within a few units of it, and as
// many must be there of either kind.
constexpr double least_overlap = 10;
constexpr std::size_t fewest_swaps = 20;
constexpr long most_steps = 512;  // of the series of influences
}  // namespace

SwapStatistics::SwapStatistics(int n_pairs, int n_ensembles) : pairs_(static_cast<std::size_t>(n_pairs)) {
    capacity_ = std::clamp<std::size_t>(
        store_bytes / (2 * sizeof(double) * static_cast<std::size_t>(n_pairs)), 2000, largest_store);
    width_ = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(n_ensembles), capacity_));
}

void SwapStatistics::add(int pair, std::span<const double> down, std::span<const double> up) {
    Pair& p = pairs_[static_cast<std::size_t>(pair)];
    for (std::size_t e = 0; e < down.size(); ++e) {
        p.accepted += std::exp(std::min(down[e] - up[e], 0.0));
        p.down_sum.add(down[e]);
    }
    p.offers += static_cast<long>(down.size());
    if (p.scans++ % p.stride != 0) {
        return;
    }
    const auto width = static_cast<std::size_t>(width_);
    if (p.down.size() + width > capacity_ && p.down.size() > width) {
        // Full: every second scan goes, and from now on only every second is kept.
        std::size_t kept = 0;
        for (std::size_t row = 0; row * width < p.down.size(); row += 2, ++kept) {
            std::copy_n(p.down.begin() + static_cast<long>(row * width), width,
                        p.down.begin() + static_cast<long>(kept * width));
            std::copy_n(p.up.begin() + static_cast<long>(row * width), width,
                        p.up.begin() + static_cast<long>(kept * width));
        }
        p.down.resize(kept * width);
        p.up.resize(kept * width);
        p.stride *= 2;
        if ((p.scans - 1) % p.stride != 0) {
            return;
        }
    }
    if (p.down.size() + width <= capacity_) {
        p.down.insert(p.down.end(), down.begin(), down.begin() + width_);
        p.up.insert(p.up.end(), up.begin(), up.begin() + width_);
    }
}

double SwapStatistics::rejection(int pair) const {
    const Pair& p = pairs_[static_cast<std::size_t>(pair)];
    return p.offers > 0 ? 1.0 - p.accepted / static_cast<double>(p.offers) : not_a_number;
}

std::vector<double> SwapStatistics::rejection() const {
    std::vector<double> out;
    for (int k = 0; k < n_pairs(); ++k) {
        out.push_back(rejection(k));
    }
    return out;
}

double SwapStatistics::log_z_stepping_stone() const {
    double out = 0;
    for (const Pair& p : pairs_) {
        out += p.offers > 0 ? p.down_sum.log_mean() : not_a_number;
    }
    return out;
}

namespace {

/// How much a work tells of the ratio, from which it lies `apart`: 1 at the ratio, the slope of its logistic.
double telling(double apart) {
    const double c = std::cosh(0.5 * apart);
    return 1 / (c * c);
}

/// Number of works (rows of `width` ensembles) that tell of the ratio: their sum of telling(), and not more
/// than (sum)^2 / sum of squares where few of them outweigh the others. A configuration that did not move
/// gives a run of equal works of one ensemble, which is one.
double telling_works(std::span<const double> works, std::size_t width, double ratio) {
    double sum = 0, squares = 0, distinct = 0;
    for (std::size_t e = 0; e < width; ++e) {
        double of_run = 0;
        for (std::size_t i = e; i < works.size(); i += width) {
            const double weight = telling(works[i] - ratio);
            if (i < width || works[i] != works[i - width]) {
                squares += of_run * of_run;
                of_run = 0;
                distinct += weight;
            }
            of_run += weight;
            sum += weight;
        }
        squares += of_run * of_run;
    }
    return squares > 0 ? std::min(distinct, sum * sum / squares) : 0;
}

}  // namespace

SwapStatistics::PairRatio SwapStatistics::bennett(const Pair& p) const {
    PairRatio out;
    out.value = bennett_ratio(p.down, p.up);
    out.influence = bennett_influence(p.down, p.up, out.value);
    const auto width = static_cast<std::size_t>(width_);
    out.overlap = std::isnan(out.value) ? 0
                                        : std::min(telling_works(p.down, width, out.value),
                                                   telling_works(p.up, width, out.value));
    return out;
}

SwapStatistics::Estimate SwapStatistics::bennett() const {
    std::vector<PairRatio> parts(pairs_.size());
    parallel_for(n_pairs(), [&](int k) {
        parts[static_cast<std::size_t>(k)] = bennett(pairs_[static_cast<std::size_t>(k)]);
    });
    Estimate out;
    std::size_t apart = 0;
    out.value = 0;
    for (std::size_t k = 0; k < parts.size(); ++k) {
        out.value += parts[k].value;
        apart = parts[k].overlap < parts[apart].overlap ? k : apart;
    }
    const auto few = [](const Pair& p) { return p.down.size() < fewest_swaps; };
    if (std::any_of(pairs_.begin(), pairs_.end(), few)) {
        out.error = StandardError::unknown("fewer than " + std::to_string(fewest_swaps) +
                                           " swaps of every pair of levels");
    } else if (parts[apart].overlap < least_overlap) {
        out.pair_apart = static_cast<int>(apart);
        out.error = StandardError::unknown("levels " + std::to_string(apart) + " and " +
                                           std::to_string(apart + 1) + " do not overlap");
    } else {
        out.error = error_of_sum(parts);
    }
    return out;
}

/// From the influences of all pairs' works on log Z, ensemble by ensemble and in the order of time.
StandardError SwapStatistics::error_of_sum(const std::vector<PairRatio>& parts) const {
    const auto width = static_cast<std::size_t>(width_);
    long end = 0, fewest_rows = most_steps;  // offers of a pair that the kept ones stand for; kept ones
    for (const Pair& p : pairs_) {
        const long rows = static_cast<long>(p.down.size() / width);
        end = std::max(end, rows * p.stride);
        fewest_rows = std::min(fewest_rows, rows);
    }
    ChainSeries influence(static_cast<int>(fewest_rows), width_);
    for (std::size_t k = 0; k < parts.size(); ++k) {
        for (std::size_t i = 0; i < parts[k].influence.size(); ++i) {
            const long offer = static_cast<long>(i / width) * pairs_[k].stride;
            influence(static_cast<int>(offer * fewest_rows / end), static_cast<int>(i % width)) +=
                parts[k].influence[i];
        }
    }
    return tempera::error_of_sum(influence);
}

void SwapStatistics::archive(StateArchive& archive) {
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
        Pair& p = pairs_[k];
        const std::string name = "pair" + std::to_string(k);
        archive(name + ".accepted", p.accepted);
        archive(name + ".offers", p.offers);
        archive(name + ".scans", p.scans);
        archive(name + ".stride", p.stride);
        archive(name + ".down_sum", p.down_sum);
        archive(name + ".down", p.down);
        archive(name + ".up", p.up);
    }
}

double ExchangeStats::min_swap_acceptance() const {
    double least = not_a_number;
    for (const double r : swap_rejection) {
        least = std::fmin(least, 1 - r);  // the number of a number and NaN
    }
    return least;
}

double ExchangeStats::communication_barrier() const {
    double sum = 0;
    for (const double r : swap_rejection) {
        sum += r;
    }
    return sum;
}

double ExchangeStats::predicted_round_trips_per_scan() const {
    double sum = 0;
    for (const double r : swap_rejection) {
        sum += r / (1.0 - r);
    }
    return 1.0 / (2.0 + 2.0 * sum);
}

double ExchangeStats::round_trips_per_scan() const {
    return trip_scans > 0 ? static_cast<double>(round_trips) / static_cast<double>(trip_scans) : not_a_number;
}

}  // namespace tempera
