// SPDX-License-Identifier: MIT
#include "samplers/exchange/exchange_record.hpp"

#include <algorithm>

#include "core/state_archive.hpp"

namespace tempera {

namespace {

constexpr int most_assigned = 4096;  // ensembles whose modes are assigned
constexpr long level_stride = 8;     // scans between two assignments of a level other than 0

}  // namespace

template <class Real>
ExchangeRecord<Real>::ExchangeRecord(int n_levels, int n_modes)
    : n_modes_(n_modes), share_(static_cast<std::size_t>(n_levels) + 1), assigned_(share_.size()) {
    reset_occupancy();
}

template <class Real>
int ExchangeRecord<Real>::levels_due(long scan) const {
    return n_modes_ == 0 ? 0 : scan % level_stride == 0 ? static_cast<int>(share_.size()) : 1;
}

template <class Real>
void ExchangeRecord<Real>::reset_occupancy() {
    share_.assign(share_.size(), std::vector<double>(static_cast<std::size_t>(n_modes_)));
    assigned_.assign(assigned_.size(), 0);
}

template <class Real>
void ExchangeRecord<Real>::assign_modes(const DensityPath<Real>& path, int level, const Particles<Real>& x) {
    const int n = std::min(x.size(), most_assigned);
    std::vector<double> points;
    points.reserve(static_cast<std::size_t>(n) * static_cast<std::size_t>(x.dim()));
    for (int e = 0; e < n; ++e) {
        for (int i = 0; i < x.dim(); ++i) {
            points.push_back(static_cast<double>(x(e, i)));
        }
    }
    const std::vector<double> r = path.mode_responsibilities(level, points);
    std::vector<double>& share = share_[static_cast<std::size_t>(level)];
    for (std::size_t j = 0; j < r.size(); ++j) {
        share[j % share.size()] += r[j];
    }
    assigned_[static_cast<std::size_t>(level)] += n;
}

template <class Real>
std::vector<std::vector<double>> ExchangeRecord<Real>::occupancy() const {
    std::vector<std::vector<double>> out = share_;
    for (std::size_t k = 0; k < out.size(); ++k) {
        for (double& share : out[k]) {
            share /= static_cast<double>(assigned_[k]);  // 0 / 0 = NaN: nothing known yet
        }
    }
    return out;
}

template <class Real>
void ExchangeRecord<Real>::archive(StateArchive& archive) {
    const std::size_t n_levels = share_.size();
    archive("occupancy.share", share_);
    archive("occupancy.assigned", assigned_);
    collected_.archive(archive);
    archive.check("occupancy", share_.size() == n_levels && assigned_.size() == n_levels &&
                                   std::all_of(share_.begin(), share_.end(), [&](const auto& modes) {
                                       return static_cast<int>(modes.size()) == n_modes_;
                                   }));
}

template class ExchangeRecord<float>;
template class ExchangeRecord<double>;

}  // namespace tempera
