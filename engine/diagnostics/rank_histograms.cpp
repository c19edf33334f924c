// SPDX-License-Identifier: MIT
#include "diagnostics/rank_histograms.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/number.hpp"
#include "core/rng.hpp"

namespace tempera {

namespace {

constexpr int fewest_in_bin = 5;
constexpr double times_long = 50;  // of a chain whose band is known

/// Bins of the values by rank, [n_steps][n_chains] as the values.
std::vector<int> bins_by_rank(const ChainSeries& series, int n_bins) {
    const std::size_t n = series.values.size();
    StreamKey key;
    key.purpose = Purpose::diagnostic;
    std::vector<std::uint32_t> lot(n);
    std::vector<std::size_t> order(n);
    for (std::size_t i = 0; i < n; ++i) {
        lot[i] = Stream(key, static_cast<std::uint32_t>(i)).bits();
        order[i] = i;
    }
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return series.values[a] != series.values[b] ? series.values[a] < series.values[b]
               : lot[a] != lot[b]                   ? lot[a] < lot[b]
                                                    : a < b;
    });
    std::vector<int> bin(n);
    for (std::size_t rank = 0; rank < n; ++rank) {
        bin[order[rank]] = static_cast<int>(rank * static_cast<std::size_t>(n_bins) / n);
    }
    return bin;
}

/// Integrated times of a chain's being in a bin, about its own share: one per bin.
class StayTimes {
public:
    StayTimes(const std::vector<int>& bin, int n_chains, const std::vector<std::vector<double>>& share)
        : bin_(bin), n_chains_(static_cast<std::size_t>(n_chains)), chance_(share.front().size()) {
        for (const auto& of_chain : share) {
            for (std::size_t b = 0; b < chance_.size(); ++b) {
                chance_[b] += of_chain[b] * of_chain[b] / static_cast<double>(n_chains);
            }
        }
    }
    IntegratedTime of(std::size_t b) {
        // Times longer than a fiftieth of the chain make the band unknown: their windows need no end.
        const int most = static_cast<int>(bin_.size() / n_chains_) / 5;
        const double whole = stays(0)[b];
        return whole > chance_[b]
                   ? integrated_time(
                         most, [&](int lag) { return (stays(lag)[b] - chance_[b]) / (whole - chance_[b]); })
                   : IntegratedTime{};
    }

private:
    /// Fraction of the pairs of draws of a chain, `lag` steps apart, that are both in a bin.
    const std::vector<double>& stays(int lag) {
        while (by_lag_.size() <= static_cast<std::size_t>(lag)) {
            const std::size_t apart = by_lag_.size() * n_chains_, pairs = bin_.size() - apart;
            std::vector<long> count(chance_.size());
            for (std::size_t i = 0; i < pairs; ++i) {
                count[static_cast<std::size_t>(bin_[i])] += bin_[i] == bin_[i + apart];
            }
            by_lag_.emplace_back(count.begin(), count.end());
            for (double& v : by_lag_.back()) {
                v /= static_cast<double>(pairs);
            }
        }
        return by_lag_[static_cast<std::size_t>(lag)];
    }

    const std::vector<int>& bin_;
    std::size_t n_chains_;
    std::vector<double> chance_;  // of two draws of a chain that know nothing of each other
    std::vector<std::vector<double>> by_lag_;
};

}  // namespace

double RankHistograms::outside() const {
    long n = 0, apart = 0;
    for (const auto& of_chain : ratio) {
        for (std::size_t b = 0; b < of_chain.size(); ++b) {
            n += std::isfinite(half_width[b]);
            apart += std::abs(of_chain[b] - 1) > half_width[b];
        }
    }
    return n > 0 ? static_cast<double>(apart) / static_cast<double>(n) : not_a_number;
}

RankHistograms rank_histograms(const ChainSeries& series, int n_bins) {
    RankHistograms out;
    const int n_chains = series.n_chains, n_steps = n_chains > 0 ? series.n_steps() : 0;
    out.n_bins = std::min(n_bins, n_steps / fewest_in_bin);
    if (n_chains < 2 || out.n_bins < 2 ||
        !std::ranges::all_of(series.values, [](double v) { return std::isfinite(v); })) {
        return out;
    }
    const std::vector<int> bin = bins_by_rank(series, out.n_bins);
    const std::vector<double> none(static_cast<std::size_t>(out.n_bins));
    std::vector<std::vector<double>> share(static_cast<std::size_t>(n_chains), none);
    for (std::size_t i = 0; i < bin.size(); ++i) {
        share[i % share.size()][static_cast<std::size_t>(bin[i])] += 1.0 / n_steps;
    }
    StayTimes times(bin, n_chains, share);
    const double expected = 1.0 / out.n_bins;
    for (std::size_t b = 0; b < none.size(); ++b) {
        const IntegratedTime stay = times.of(b);
        // The ranks of all chains add up: what one has too much the others lack.
        const double variance =
            expected * (1 - expected) * (1 - 1.0 / n_chains) * stay.time / static_cast<double>(n_steps);
        out.half_width.push_back(
            n_steps >= times_long * stay.time ? two_sided * std::sqrt(variance) / expected : not_a_number);
    }
    out.ratio = std::move(share);
    for (auto& of_chain : out.ratio) {
        for (double& v : of_chain) {
            v /= expected;
        }
    }
    return out;
}

}  // namespace tempera
