// SPDX-License-Identifier: MIT
// What wrong mode weights change at every noise level: the score-matching loss and the density. The
// quadrature is kept, so that other weights cost milliseconds and can be dragged.
#pragma once

#include <stop_token>
#include <vector>

#include "diagnostics/blindness.hpp"

namespace tempera {

/// Quadrature points of a two-dimensional mixture at several noise levels (alpha = 1), with the
/// responsibilities and scores of the components. Immutable: any thread may ask.
class BlindnessCurve {
public:
    /// Tens of milliseconds per level. `sigmas` >= 0; a stop leaves the curve incomplete.
    BlindnessCurve(const Mixture& truth, std::vector<double> sigmas, const std::stop_token& stop = {});
    ~BlindnessCurve();
    BlindnessCurve(BlindnessCurve&&) noexcept;
    BlindnessCurve& operator=(BlindnessCurve&&) noexcept;

    const std::vector<double>& sigmas() const;
    bool complete() const;  ///< false when stopped before the end
    /// One point per sigma for assumed weights (one per component, >= 0, need not be normalised); a weight of
    /// 0 makes the divergence infinite. Empty when incomplete.
    std::vector<BlindnessPoint> at(const std::vector<double>& weights) const;

private:
    struct Level;
    std::vector<double> sigmas_;
    std::vector<double> truth_;  ///< the true weights
    std::vector<Level> levels_;
};

/// The same for one set of weights; empty when stopped.
std::vector<BlindnessPoint> blindness_curve(const Mixture& truth, const std::vector<double>& weights,
                                            const std::vector<double>& sigmas,
                                            const std::stop_token& stop = {});

}  // namespace tempera
