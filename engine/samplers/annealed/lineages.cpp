// SPDX-License-Identifier: MIT
#include "samplers/annealed/lineages.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/state_archive.hpp"

namespace tempera {

namespace {

/// Effective number of lineages, (sum m)^2 / sum m^2 of their sizes m, below which they are begun anew: the
/// variance of as many squares is known to a quarter.
constexpr double least_lineages = 32;
/// Where the lineages from the beginning vary as many times as much, that is not by chance.
constexpr double far_more = 4;

}  // namespace

Lineages::Gains::Gains(int n) : lineage(static_cast<std::size_t>(n)), gain(lineage.size()) {
    std::iota(lineage.begin(), lineage.end(), 0);
}

/// What every particle weighs beyond the mean goes to its lineage.
void Lineages::Gains::add(std::span<const double> log_weight, double log_sum) {
    const double log_mean = log_sum - std::log(static_cast<double>(log_weight.size()));
    for (std::size_t i = 0; i < log_weight.size(); ++i) {
        gain[static_cast<std::size_t>(lineage[i])] += std::expm1(log_weight[i] - log_mean);
    }
}

void Lineages::Gains::descend(const std::vector<int>& from) {
    std::vector<int> next(lineage.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
        next[i] = lineage[static_cast<std::size_t>(from[i])];
    }
    lineage = std::move(next);
}

double Lineages::Gains::effective_number() const {
    double squares = 0, size = 0;
    for (std::size_t i = 0; i < lineage.size(); ++i) {
        if (i > 0 && lineage[i] != lineage[i - 1]) {
            squares += size * size;
            size = 0;
        }
        ++size;
    }
    const double n = static_cast<double>(lineage.size());
    return n * n / (squares + size * size);
}

double Lineages::Gains::variance() const {
    const double n = static_cast<double>(gain.size());
    return std::inner_product(gain.begin(), gain.end(), gain.begin(), 0.0) / (n * (n - 1));
}

void Lineages::resample(std::span<const double> log_weight, double log_sum, const std::vector<int>& from) {
    for (Gains* gains : {&recent_, &all_}) {
        gains->add(log_weight, log_sum);
        gains->descend(from);
    }
    const double n = static_cast<double>(from.size());
    if (recent_.effective_number() < std::min(least_lineages, n / 4)) {
        settled_ += recent_.variance();
        recent_ = Gains(static_cast<int>(from.size()));
    }
}

double Lineages::variance(std::span<const double> log_weight, double log_sum) const {
    Gains recent = recent_, all = all_;
    recent.add(log_weight, log_sum);
    all.add(log_weight, log_sum);
    const double forgetting = settled_ + recent.variance(), remembering = all.variance();
    return remembering > far_more * forgetting ? remembering : forgetting;
}

void Lineages::archive(StateArchive& archive) {
    const auto n = all_.lineage.size();
    for (const auto& [name, gains] :
         {std::pair("lineages.recent", &recent_), std::pair("lineages.all", &all_)}) {
        archive.whole(name, gains->lineage, 0, static_cast<long>(n) - 1);
        archive(std::string(name) + ".gain", gains->gain);
        archive.check(name, gains->lineage.size() == n && gains->gain.size() == n);
    }
    archive("lineages.settled", settled_);
}

}  // namespace tempera
