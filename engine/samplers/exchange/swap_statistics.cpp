// SPDX-License-Identifier: MIT
#include "samplers/exchange/swap_statistics.hpp"

#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/state_archive.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

namespace {

constexpr std::size_t largest_store = 200'000, store_bytes = std::size_t{192} << 20;

double logistic(double x) { return 1.0 / (1.0 + std::exp(-x)); }

/// Value and derivative (negative) of Bennett's equation at c.
struct Balance {
    double value = 0, slope = 0;
};
Balance balance(std::span<const double> down, std::span<const double> up, double c) {
    Balance out;
    for (const double w : down) {
        const double f = logistic(w - c);
        out.value += f;
        out.slope -= f * (1 - f);
    }
    for (const double w : up) {
        const double f = logistic(c - w);
        out.value -= f;
        out.slope -= f * (1 - f);
    }
    return out;
}

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

/// Bennett's equation where both logistics are exponentials: works that lie so far apart that nothing
/// overlaps.
double apart_ratio(std::span<const double> down, std::span<const double> up) {
    LogSumExp forth, back;
    for (const double w : down) {
        forth.add(w);
    }
    for (const double w : up) {
        back.add(-w);
    }
    return 0.5 * (forth.value() - back.value());
}

}  // namespace

double bennett_ratio(std::span<const double> down, std::span<const double> up) {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (const auto works : {down, up}) {
        for (const double w : works) {
            if (std::isfinite(w)) {
                low = std::min(low, w);
                high = std::max(high, w);
            }
        }
    }
    if (!(low <= high)) {
        return not_a_number;
    }
    // Above every work by as much as the counts can differ the balance is negative, below positive: Newton
    // within a bracket.
    const double margin = std::log(static_cast<double>(std::max<std::size_t>(down.size(), 1))) + 1;
    low -= margin;
    high += margin;
    double c = 0.5 * (low + high);
    for (int step = 0; step < 200 && high - low > 1e-13 * (1 + std::abs(c)); ++step) {
        const Balance b = balance(down, up, c);
        if (!(b.slope < -1e-280)) {  // underflow: every c between the two kinds of works would do
            const double apart = apart_ratio(down, up);
            return std::isfinite(apart) ? apart : not_a_number;
        }
        (b.value > 0 ? low : high) = c;
        const double newton = c - b.value / b.slope;
        const double next = newton > low && newton < high ? newton : 0.5 * (low + high);
        if (std::abs(next - c) <= 1e-12 * (1 + std::abs(c))) {
            return next;
        }
        c = next;
    }
    return c;
}

BennettSpread bennett_spread(std::span<const double> down, std::span<const double> up, double ratio) {
    const double slope = -balance(down, up, ratio).slope, n = static_cast<double>(down.size());
    BennettSpread out;
    double squares = 0, mean_down = 0, mean_up = 0;
    for (std::size_t i = 0; i < down.size(); ++i) {
        const double f = logistic(down[i] - ratio), g = logistic(ratio - up[i]);
        out.influence.push_back((f - g) / slope);
        squares += f * f + g * g;
        mean_down += f / n;
        mean_up += g / n;
    }
    const double scatter = squares - n * (mean_down * mean_down + mean_up * mean_up);
    // one offer tells nothing of its spread
    out.variance = n > 1 ? scatter / (slope * slope) : not_a_number;
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
