// SPDX-License-Identifier: MIT
// The learned field U(y, sigma) ~ -log p_sigma(y) as training sees it, in the coordinates y = x / alpha:
//   U = |y|^2 / (2 v) - sigma_data / sqrt(sigma^2 + floor^2) G(y / sqrt(v), log(sigma) / 4),  v = sigma^2 +
//   sigma_data^2
// (Karras et al. 2022 preconditioning for energies; the floor keeps a bounded error of G bounded in nats), G
// one of
//   scalar: g(u),   dot: u . F(u) (Thornton et al. 2025),   squared_norm: -|F(u)|^2 / 2;
// or a score alone, -y / v + sigma_data / (sigma sqrt(v)) F. Normalisers F(sigma) are a table of their own.
#pragma once

#include <string>

#include "training/mlp_gradient.hpp"

namespace tempera::training {

enum class Head { scalar, dot, squared_norm, score };
Head head_of(bool has_energy, const std::string& head);
const char* to_string(Head head);

struct NetSpec {
    std::string type = "energy_mlp";  ///< name of the model that the weights are of
    int dim = 2;
    std::vector<int> hidden = {128, 128, 128};
    Head head = Head::scalar;
    double sigma_data = 1, scale_floor = 0;
    double noise_min = 0.02, noise_max = 10;  ///< ends of the table of normalisers
};

/// Points with their noise, what the field says there, and what is kept for the way back.
template <class Real>
struct PointBatch {
    Matrix<Real> y;       ///< [dim, n]
    Vector<Real> sigma;   ///< [n]
    Vector<Real> energy;  ///< [n] U without the normaliser (not for scores)
    Matrix<Real> slope;   ///< [dim, n] grad U = -score, when asked for
    std::vector<MlpRecord<Real>> records;
    int size() const { return static_cast<int>(y.cols()); }
};

/// Cotangents: derivatives of a loss with respect to the outputs. Empty means zero.
template <class Real>
struct Cotangents {
    Vector<Real> energy;
    Matrix<Real> slope;
};

template <class Real>
class Net {
public:
    explicit Net(const NetSpec& spec);
    const NetSpec& spec() const { return spec_; }
    const MlpShape& shape() const { return shape_; }
    bool has_energy() const { return spec_.head != Head::score; }
    Parameters<Real>& parameters() { return parameters_; }
    const Parameters<Real>& parameters() const { return parameters_; }

    void evaluate(PointBatch<Real>& batch, bool with_slope) const;
    /// Adds the gradient for every parameter; after evaluate() (with the slope when its cotangent is given).
    void accumulate(PointBatch<Real>& batch, const Cotangents<Real>& c, Parameters<Real>& gradient) const;
    /// Hessians of U at the batch's points: column block i is H e_i, [dim][dim, n]. After evaluate(batch,
    /// true).
    std::vector<Matrix<Real>> hessian(PointBatch<Real>& batch) const;

    /// log normaliser F(sigma): that of the Gaussian part plus a piecewise linear table in log sigma.
    double normaliser(double sigma) const;
    void add_normaliser_gradient(double sigma, double cotangent, Parameters<Real>& gradient) const;
    /// log Z of the target as a class of its own, learned.
    double target_normaliser() const;
    void set_target_normaliser(double value);
    void add_target_gradient(double cotangent, Parameters<Real>& gradient) const;

    static constexpr int table_size = 48;
    static constexpr int chunk =
        256;  ///< points per task; fixed, so that results do not depend on the threads

private:
    struct Factors;
    void evaluate_chunk(PointBatch<Real>& batch, int c, bool with_slope) const;
    void accumulate_chunk(PointBatch<Real>& batch, int c, const Cotangents<Real>& cotangents,
                          Real* gradient) const;
    std::pair<int, double> table_position(double sigma) const;

    NetSpec spec_;
    MlpShape shape_;
    Parameters<Real> parameters_;  ///< network, table, target's constant
};

}  // namespace tempera::training
