// SPDX-License-Identifier: MIT
// Replica labels: which label stands at which level of each ensemble, and the trips they make between the
// ends.
#pragma once

#include <vector>

namespace tempera {

class StateArchive;

class ReplicaLabels {
public:
    ReplicaLabels() = default;
    /// Label l starts at level l in each of n_ensembles ensembles.
    ReplicaLabels(int n_levels, int n_ensembles);

    /// Exchanges the labels of levels k and k + 1. Different pairs and ensembles may be swapped at the same
    /// time.
    void swap(int k, int ensemble);
    /// Books where every label stands after a scan.
    void finish_scan();
    /// Forgets the counts (end of burn-in), not which end each label visited last.
    void reset_counts();

    /// Labels that went from the reference to the target and back, over all ensembles.
    long round_trips() const { return round_trips_; }
    /// Per level, the fraction of labels that last visited the reference, among those that have visited an
    /// end.
    std::vector<double> up_fraction() const;
    /// Labels of one ensemble by level.
    std::vector<int> labels(int ensemble) const;

    void archive(StateArchive& archive);

private:
    enum class Trip : unsigned char { nowhere, from_reference, reached_target, from_target };

    int n_levels_ = 0, n_ensembles_ = 0;
    std::vector<int> label_;  // [ensemble][level]
    std::vector<Trip> trip_;  // [ensemble][label]
    std::vector<long> up_, seen_;
    long round_trips_ = 0;
};

}  // namespace tempera
