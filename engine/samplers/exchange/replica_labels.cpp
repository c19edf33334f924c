// SPDX-License-Identifier: MIT
#include "samplers/exchange/replica_labels.hpp"

#include <limits>
#include <utility>

#include "core/state_archive.hpp"

namespace tempera {

ReplicaLabels::ReplicaLabels(int n_levels, int n_ensembles)
    : n_levels_(n_levels), n_ensembles_(n_ensembles), up_(static_cast<std::size_t>(n_levels) + 1),
      seen_(static_cast<std::size_t>(n_levels) + 1) {
    const std::size_t width = static_cast<std::size_t>(n_levels) + 1;
    label_.resize(width * static_cast<std::size_t>(n_ensembles));
    trip_.resize(label_.size(), Trip::nowhere);
    for (std::size_t i = 0; i < label_.size(); ++i) {
        label_[i] = static_cast<int>(i % width);
    }
}

void ReplicaLabels::swap(int k, int ensemble) {
    int* labels = label_.data() + static_cast<std::ptrdiff_t>(ensemble) * (n_levels_ + 1);
    std::swap(labels[k], labels[k + 1]);
}

void ReplicaLabels::finish_scan() {
    for (int e = 0; e < n_ensembles_; ++e) {
        const int* labels = label_.data() + static_cast<std::ptrdiff_t>(e) * (n_levels_ + 1);
        Trip* trips = trip_.data() + static_cast<std::ptrdiff_t>(e) * (n_levels_ + 1);
        Trip& at_target = trips[labels[0]];
        Trip& at_reference = trips[labels[n_levels_]];
        if (at_target == Trip::from_reference) {
            at_target = Trip::reached_target;
        } else if (at_target == Trip::nowhere) {
            at_target = Trip::from_target;
        }
        round_trips_ += at_reference == Trip::reached_target;
        at_reference = Trip::from_reference;
        for (int k = 0; k <= n_levels_; ++k) {
            const Trip trip = trips[labels[k]];
            seen_[static_cast<std::size_t>(k)] += trip != Trip::nowhere;
            up_[static_cast<std::size_t>(k)] += trip == Trip::from_reference;
        }
    }
}

void ReplicaLabels::reset_counts() {
    round_trips_ = 0;
    up_.assign(up_.size(), 0);
    seen_.assign(seen_.size(), 0);
}

std::vector<double> ReplicaLabels::up_fraction() const {
    std::vector<double> out;
    for (std::size_t k = 0; k < up_.size(); ++k) {
        out.push_back(seen_[k] > 0 ? static_cast<double>(up_[k]) / static_cast<double>(seen_[k])
                                   : std::numeric_limits<double>::quiet_NaN());
    }
    return out;
}

std::vector<int> ReplicaLabels::labels(int ensemble) const {
    const auto begin = label_.begin() + static_cast<std::ptrdiff_t>(ensemble) * (n_levels_ + 1);
    return {begin, begin + n_levels_ + 1};
}

void ReplicaLabels::archive(StateArchive& archive) {
    const std::size_t n_labels = label_.size(), width = up_.size();
    archive.whole("labels", label_, 0, n_levels_);
    archive("trips", trip_);
    archive("labels.up", up_);
    archive("labels.seen", seen_);
    archive("round_trips", round_trips_);
    archive.check("labels", label_.size() == n_labels && trip_.size() == n_labels && up_.size() == width &&
                                seen_.size() == width);
}

}  // namespace tempera
