// SPDX-License-Identifier: MIT
#include "run/work/run_traces.hpp"

#include <algorithm>
#include <span>

#include "run/diagnostics/observable_statistics.hpp"

namespace tempera {

namespace {

constexpr double share_of_time = 0.02;
/// More chains than this keep a few rows at most, which tell nothing of time.
constexpr int most_chains = 20'000;

template <class Real>
std::size_t rows_of(const AnnealedSampler<Real>& sampler, const DensityPath<Real>& path) {
    return sampler.collected()->size() / static_cast<std::size_t>(sampler.n_chains() * path.dim());
}

template <class Real>
bool followed(const AnnealedSampler<Real>& sampler) {
    return sampler.collected() && sampler.n_chains() > 0 && sampler.n_chains() <= most_chains;
}

}  // namespace

template <class Real>
void RunTraces<Real>::follow(const AnnealedSampler<Real>& sampler) {
    if (!followed(sampler)) {
        return;
    }
    const std::size_t rows = rows_of(sampler, *path_), width = static_cast<std::size_t>(sampler.n_chains());
    if (rows < rows_) {  // every second one is left
        const std::size_t left = (observed_ + 1) / 2;
        for (std::vector<double>& of_one : values_) {
            for (std::size_t row = 0; row < left; ++row) {
                std::copy_n(of_one.begin() + static_cast<std::ptrdiff_t>(2 * row * width), width,
                            of_one.begin() + static_cast<std::ptrdiff_t>(row * width));
            }
            of_one.resize(left * width);
        }
        observed_ = left;
    }
    rows_ = rows;
}

template <class Real>
void RunTraces<Real>::observe_new(const AnnealedSampler<Real>& sampler, std::size_t rows) {
    const std::size_t row = static_cast<std::size_t>(sampler.n_chains() * path_->dim());
    const auto begin = sampler.collected()->begin() + static_cast<std::ptrdiff_t>(observed_ * row),
               end = sampler.collected()->begin() + static_cast<std::ptrdiff_t>(rows * row);
    const std::vector<double> x = path_->to_target(0, {begin, end});
    const std::vector<std::vector<double>> values = observe(path_->target(), std::span<const double>(x));
    values_.resize(values.size());
    for (std::size_t k = 0; k < values.size(); ++k) {
        values_[k].insert(values_[k].end(), values[k].begin(), values[k].end());
    }
    observed_ = rows;
}

template <class Real>
std::shared_ptr<const ChainTraces> RunTraces<Real>::made(const AnnealedSampler<Real>& sampler,
                                                         const Json& preset) const {
    auto out = std::make_shared<ChainTraces>();
    out->n_chains = sampler.n_chains();
    out->n_rows = static_cast<long>(observed_);
    out->observables = chain_traces(values_, out->n_chains);
    if (const ExchangeStats* exchange = sampler.exchange_stats()) {
        out->level_energies = level_energies(*exchange);
    }
    tell_time(*out, preset, sampler.progress());
    return out;
}

template <class Real>
std::shared_ptr<const ChainTraces> RunTraces<Real>::latest(const AnnealedSampler<Real>& sampler,
                                                           const Json& preset, bool at_rest) {
    if (sampler.n_chains() == 0) {
        return nullptr;
    }
    if (!followed(sampler)) {
        auto none = std::make_shared<ChainTraces>();
        none->n_chains = sampler.n_chains();
        none->missing = "So many chains keep too few points each to be followed in time; traces are of " +
                        std::to_string(most_chains) + " chains at most.";
        return none;
    }
    const bool due = at_rest || sampler.finished() || spent_ <= share_of_time * since_.seconds();
    if (latest_ && (!due || sampler.progress() == progress_)) {
        return latest_;
    }
    const Stopwatch watch;
    follow(sampler);
    observe_new(sampler, rows_);
    latest_ = made(sampler, preset);
    progress_ = sampler.progress();
    spent_ += watch.seconds();
    return latest_;
}

template class RunTraces<float>;
template class RunTraces<double>;

}  // namespace tempera
