// SPDX-License-Identifier: MIT
// The replicates of a run after its first one, and the result of all of them.
#pragma once

#include <atomic>
#include <optional>

#include "run/work/replicate_run.hpp"

namespace tempera {

/// Replicates 1 .. n-1: side by side when each is small, otherwise one after the other. They are advanced in
/// slices of time, after each of which all of them stand between two moves: their bits do not depend on how
/// they are cut.
template <class Real>
class OtherReplicates {
public:
    /// `experiment` outlives it; its preset says how many there are.
    explicit OtherReplicates(const Experiment<Real>& experiment);

    /// All are done, or one has failed.
    bool finished() const { return failed_ || n_done() == outcomes_.size(); }
    void advance();
    std::size_t n_done() const { return n_done_; }
    double fraction() const;  ///< of their work
    void archive(StateArchive& archive);

    /// Summaries in the order of the replicates; those under way are partial, those not begun left out.
    std::vector<Json> summaries() const;
    double sampling_seconds() const;
    const std::string& error() const { return error_; }  ///< of the first that failed; empty as a rule

private:
    struct Outcome {
        Json summary;
        double sampling_seconds = 0;
    };
    struct UnderWay {
        int replicate = 0;
        std::unique_ptr<ReplicateRun<Real>> run;  ///< null: the next replicate may take the place
        bool started = false;
    };

    Outcome outcome(const UnderWay& at, const std::string& status) const;
    bool take_next(UnderWay& at);
    void step(UnderWay& at);
    void archive_outcomes(StateArchive& archive);

    const Experiment<Real>* experiment_;
    bool alone_;  ///< one at a time, because one alone keeps every thread busy
    std::vector<std::optional<Outcome>> outcomes_;
    std::vector<UnderWay> under_way_;
    std::atomic<int> next_{1};
    std::atomic<std::size_t> n_done_{0};
    std::atomic<bool> failed_{false};
    std::string error_;
};

/// What a run leaves: its first replicate with arrays and the summaries of all.
struct ReplicateSet {
    ReplicateResult first;
    std::vector<Json> summaries;  ///< in the order of the replicates
    int n_asked = 1;              ///< replicates that there should be
    double sampling_seconds = 0;
    std::string error;  ///< text of a numerical failure
};

/// The result of a run from its replicates; `total_seconds` of wall time.
template <class Real>
RunResult assemble_result(const Experiment<Real>& experiment, ReplicateSet set, double total_seconds);

}  // namespace tempera
