// SPDX-License-Identifier: MIT
#include "samplers/exchange/swap_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/state_archive.hpp"
#include "diagnostics/bennett.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

namespace {

constexpr std::size_t largest_store = 200'000, store_bytes = std::size_t{192} << 20;

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

SwapStatistics::Estimate SwapStatistics::bennett() const {
    const auto width = static_cast<std::size_t>(width_);
    struct Part {
        double value = 0, variance = 0;
        std::vector<double> influence;  // of each ensemble on the estimate
    };
    std::vector<Part> parts(pairs_.size());
    parallel_for(n_pairs(), [&](int k) {
        const Pair& p = pairs_[static_cast<std::size_t>(k)];
        Part& part = parts[static_cast<std::size_t>(k)];
        part.value = bennett_ratio(p.down, p.up);
        const BennettSpread spread = bennett_spread(p.down, p.up, part.value);
        part.influence.assign(width, 0.0);
        for (std::size_t i = 0; i < spread.influence.size(); ++i) {
            part.influence[i % width] += spread.influence[i];
        }
        part.variance = spread.variance;
    });
    Estimate out{0, 0};
    std::vector<double> total(width, 0.0);
    double variance = 0;
    for (const Part& part : parts) {
        out.value += part.value;
        variance += part.variance;
        for (std::size_t e = 0; e < width; ++e) {
            total[e] += part.influence[e];
        }
    }
    if (width >= 8) {
        double mean = 0;
        for (const double v : total) {
            mean += v / static_cast<double>(width);
        }
        variance = 0;
        for (const double v : total) {
            variance += (v - mean) * (v - mean);
        }
        variance *= static_cast<double>(width) / static_cast<double>(width - 1);
    }
    out.standard_error = std::sqrt(variance);
    return out;
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
    return scans_counted > 0 ? static_cast<double>(round_trips) / static_cast<double>(scans_counted)
                             : not_a_number;
}

}  // namespace tempera
