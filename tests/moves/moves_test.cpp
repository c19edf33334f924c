// SPDX-License-Identifier: MIT
#include "moves/metropolis.hpp"

#include <gtest/gtest.h>

#include "moves/invariance.hpp"

namespace tempera {
namespace {

template <class Real>
std::shared_ptr<const Move<Real>> make(const std::string& name, Json settings = Json::object(), int dim = 2) {
    return find_entry(move_catalogue(), "moves", name).template make<Real>(settings, {dim});
}

Mixture gaussian(int dim, double variance = 1) {
    Mixture m;
    m.components = {{1.0, Eigen::VectorXd::Zero(dim), Eigen::VectorXd::Constant(dim, variance),
                     Eigen::MatrixXd::Identity(dim, dim)}};
    return m;
}

Mixture two_blobs() {
    Mixture m;
    m.shape = Mixture::Shape::diagonal;
    const Eigen::MatrixXd axes = Eigen::MatrixXd::Identity(2, 2);
    m.components = {{0.7, Eigen::Vector2d(-1, 0.5), Eigen::Vector2d(0.5, 1.5), axes},
                    {0.3, Eigen::Vector2d(1.5, 0), Eigen::Vector2d(0.8, 0.4), axes}};
    return m;
}

/// State of one block, drawn from the mixture and evaluated.
template <class Real>
struct Example {
    Example(const Mixture& mixture, int n, std::uint32_t first = 0)
        : density(make_mixture_density<Real>(mixture)), x(n, mixture.dim()), score(n, mixture.dim()),
          log_density(n) {
        mixture.sample(StreamKey{.seed = 4}, first, x.block(0));
        density->evaluate(x.block(0), {.log_density = log_density.block(0), .score = score.block(0).data},
                          tally);
    }
    MoveState<Real> state() { return {x.block(0), log_density.block(0), score.block(0).data}; }
    std::shared_ptr<const Density<Real>> density;
    Particles<Real> x, score;
    PerParticle<Real> log_density;
    Tally tally;
};

const StreamKey key{.seed = 9, .level = 5, .purpose = Purpose::move, .step = 2};

TEST(MoveCatalogue, HasTheFour) {
    std::vector<std::string> names;
    for (const MoveEntry& e : move_catalogue()) {
        names.push_back(e.info.name);
        EXPECT_EQ(e.info.family, "moves");
        EXPECT_FALSE(e.info.summary.empty());
        EXPECT_EQ(e.resolve(e.resolve(Json::object())), e.resolve(Json::object()));
    }
    EXPECT_EQ(names, (std::vector<std::string>{"none", "random_walk", "mala", "hmc"}));
    EXPECT_EQ(make<double>("none", Json{{"n_steps", 4}})->n_steps(), 0);
    EXPECT_EQ(make<double>("mala", Json{{"n_steps", 4}})->n_steps(), 4);
    EXPECT_FALSE(make<double>("hmc")->adapt());
    EXPECT_TRUE(make<double>("hmc", Json{{"adapt", true}})->adapt());
    EXPECT_THROW(make<double>("mala", Json{{"step_size", 0}}), ConfigError);
}

// 65,536 exact samples; each of the averages moves by a standard normal number of standard errors when the
// move is invariant, and |z| of 4.5 has probability 7e-6.
template <class Real>
void expect_invariant(const std::string& name, const Json& settings, double lowest, double highest) {
    const auto move = make<Real>(name, settings);
    const InvarianceResult r = test_invariance(*move, two_blobs(), 8, 256, 21);
    EXPECT_LT(r.largest(), 4.5) << name;
    EXPECT_GT(r.moved, 0.8) << name;
    EXPECT_GT(r.acceptance, lowest) << name;
    EXPECT_LT(r.acceptance, highest) << name;
}

// Steps so large that a good part is rejected: a wrong ratio would show.
TEST(Invariance, RandomWalk) {
    expect_invariant<double>("random_walk", {{"step_size", 1.0}}, 0.2, 0.7);
    expect_invariant<float>("random_walk", {{"step_size", 1.0}}, 0.2, 0.7);
}

TEST(Invariance, Mala) {
    expect_invariant<double>("mala", {{"step_size", 1.8}}, 0.2, 0.85);
    expect_invariant<float>("mala", {{"step_size", 1.8}}, 0.2, 0.85);
}

TEST(Invariance, Hmc) {
    expect_invariant<double>("hmc", {{"step_size", 1.9}, {"n_leapfrog", 3}}, 0.2, 0.9);
    expect_invariant<float>("hmc", {{"step_size", 1.9}, {"n_leapfrog", 3}}, 0.2, 0.9);
}

/// MALA with the proposal ratio upside down.
template <class Real>
class WrongMala final : public Move<Real> {
public:
    int n_steps() const override { return 1; }
    bool adapt() const override { return false; }
    double target_acceptance() const override { return 0.75; }
    bool uses_score() const override { return true; }
    double apply(const Density<Real>& density, MoveState<Real> state, double variance, double,
                 const StreamKey& k, std::uint32_t first, Tally& tally) const override {
        Scratch frame;
        Proposal<Real> to(frame, state, true);
        Block<Real> uniform{frame.take<Real>(block_size), 1, state.x.n};
        fill_normals(k, first, to.x);
        fill_uniforms(k, first, uniform);
        const Real e = static_cast<Real>(variance), noise = std::sqrt(2 * e);
        for (int i = 0; i < state.x.dim; ++i) {
            for (int l = 0; l < state.x.lanes(); ++l) {
                to.x(i, l) = state.x(i, l) + e * state.score[i * block_size + l] + noise * to.x(i, l);
            }
        }
        density.evaluate(to.x, {.log_density = to.log_density, .score = to.score}, tally);
        for (int i = 0; i < state.x.dim; ++i) {
            for (int l = 0; l < state.x.lanes(); ++l) {
                const double r = to.x(i, l) - state.x(i, l), s = state.score[i * block_size + l],
                             t = to.score_row(i)[l];
                to.log_ratio[l] += (std::pow(r + e * t, 2) - std::pow(r - e * s, 2)) / (4 * e);
            }
        }
        return accept(state, to, uniform.data, tally);
    }
};

TEST(Invariance, ABrokenMoveIsCaught) {
    EXPECT_GT(test_invariance(WrongMala<double>(), two_blobs(), 8, 64, 21).largest(), 10);
}

/// The state after a move is evaluated: log density and score are those of the new x.
TEST(Moves, StateStaysConsistent) {
    for (const char* name : {"random_walk", "mala", "hmc"}) {
        Example<double> e(two_blobs(), 100);
        const Particles<double> before = e.x;
        make<double>(name)->apply(*e.density, e.state(), 0.5, 1, key, 0, e.tally);
        Particles<double> score(100, 2);
        PerParticle<double> log_density(100);
        e.density->evaluate(e.x.block(0), {.log_density = log_density.block(0), .score = score.block(0).data},
                            e.tally);
        int moved = 0;
        for (int p = 0; p < 100; ++p) {
            EXPECT_EQ(log_density[p], e.log_density[p]);
            EXPECT_EQ(score(p, 0), e.score(p, 0));
            EXPECT_EQ(score(p, 1), e.score(p, 1));
            moved += before(p, 0) != e.x(p, 0);
        }
        EXPECT_GT(moved, 20) << name;
    }
}

/// MALA's acceptance against the textbook formula, with the same proposals.
TEST(Moves, MalaEqualsTheTextbook) {
    Example<double> e(two_blobs(), 64), moved(two_blobs(), 64);
    const double variance = 0.5, step = 1.3, eps = step * variance * std::pow(2.0, -1.0 / 3);
    Particles<double> y(64, 2), score(64, 2);
    PerParticle<double> log_density(64);
    fill_normals(key, 0, y.block(0));
    for (int p = 0; p < 64; ++p) {
        for (int i = 0; i < 2; ++i) {
            y(p, i) = e.x(p, i) + eps * e.score(p, i) + std::sqrt(2 * eps) * y(p, i);
        }
    }
    e.density->evaluate(y.block(0), {.log_density = log_density.block(0), .score = score.block(0).data},
                        e.tally);
    double expected = 0;
    for (int p = 0; p < 64; ++p) {
        double log_a = log_density[p] - e.log_density[p];
        for (int i = 0; i < 2; ++i) {
            log_a += (std::pow(y(p, i) - e.x(p, i) - eps * e.score(p, i), 2) -
                      std::pow(e.x(p, i) - y(p, i) - eps * score(p, i), 2)) /
                     (4 * eps);
        }
        expected += std::min(1.0, std::exp(log_a));
    }
    const double got = make<double>("mala", Json{{"step_size", step}})
                           ->apply(*moved.density, moved.state(), variance, 1, key, 0, moved.tally);
    EXPECT_NEAR(got, expected, 1e-9);
    EXPECT_LT(got, 60);
    for (int p = 0; p < 64; ++p) {
        EXPECT_TRUE(moved.x(p, 0) == e.x(p, 0) || std::abs(moved.x(p, 0) - y(p, 0)) < 1e-12);
    }
}

/// One leapfrog step of size h is a Langevin proposal with e = h^2 / 2, and the acceptances agree.
TEST(Moves, HmcWithOneStepIsMala) {
    const double step = 1.2, h = std::sqrt(2 * step * std::pow(2.0, -1.0 / 3)) * std::pow(2.0, 0.25);
    Example<double> a(two_blobs(), 256), b(two_blobs(), 256);
    const double accepted_a = make<double>("mala", Json{{"step_size", step}})
                                  ->apply(*a.density, a.state(), 0.5, 1, key, 0, a.tally);
    const double accepted_b = make<double>("hmc", Json{{"step_size", h}, {"n_leapfrog", 1}, {"jitter", 0}})
                                  ->apply(*b.density, b.state(), 0.5, 1, key, 0, b.tally);
    EXPECT_NEAR(accepted_a, accepted_b, 1e-9);
    for (int p = 0; p < 256; ++p) {
        EXPECT_NEAR(a.x(p, 0), b.x(p, 0), 1e-9);
        EXPECT_NEAR(a.x(p, 1), b.x(p, 1), 1e-9);
    }
}

/// Leapfrog is reversible and of second order: the energy error falls with the square of the step.
TEST(Moves, HmcEnergyErrorIsOfSecondOrder) {
    double previous = 0;
    for (const double step : {0.4, 0.2, 0.1}) {
        Example<double> e(two_blobs(), 256);
        const Json settings{{"step_size", step}, {"n_leapfrog", static_cast<int>(2 / step)}, {"jitter", 0}};
        const double rejected =
            256 - make<double>("hmc", settings)->apply(*e.density, e.state(), 0.5, 1, key, 0, e.tally);
        if (previous > 0) {
            EXPECT_NEAR(previous / rejected, 4, 1.5) << step;
        }
        previous = rejected;
    }
}

TEST(Moves, AcceptanceOfTheBuiltInStepOnGaussians) {
    for (const int dim : {1, 2, 8, 32, 64}) {
        const Mixture m = gaussian(dim, 2.5);
        EXPECT_NEAR(test_invariance(*make<double>("random_walk"), m, 4, 4, 1).acceptance, 0.35, 0.2) << dim;
        EXPECT_NEAR(test_invariance(*make<double>("mala"), m, 4, 4, 1).acceptance, 0.75, 0.2) << dim;
        EXPECT_NEAR(test_invariance(*make<double>("hmc"), m, 4, 4, 1).acceptance, 0.85, 0.15) << dim;
    }
}

/// A particle's fate depends on its number, not on the block that it is in or on the lanes beside it.
TEST(Moves, DependOnTheParticleOnly) {
    for (const char* name : {"random_walk", "mala", "hmc"}) {
        Example<float> whole(two_blobs(), 200, 1000), part(two_blobs(), 37, 1016);
        make<float>(name)->apply(*whole.density, whole.state(), 0.5, 1, key, 1000, whole.tally);
        make<float>(name)->apply(*part.density, part.state(), 0.5, 1, key, 1016, part.tally);
        for (int p = 0; p < 37; ++p) {
            EXPECT_EQ(part.x(p, 0), whole.x(p + 16, 0)) << name;
            EXPECT_EQ(part.x(p, 1), whole.x(p + 16, 1)) << name;
        }
    }
}

TEST(Moves, StepsAndLevelsHaveTheirOwnStreams) {
    for (const StreamKey other :
         {key.with(Purpose::move, 5, 3), key.with(Purpose::move, 6, 2), key.with(Purpose::pilot, 5, 2)}) {
        Example<double> a(two_blobs(), 32), b(two_blobs(), 32);
        make<double>("mala")->apply(*a.density, a.state(), 0.5, 1, key, 0, a.tally);
        make<double>("mala")->apply(*b.density, b.state(), 0.5, 1, other, 0, b.tally);
        int equal = 0;
        for (int p = 0; p < 32; ++p) {
            equal += a.x(p, 0) == b.x(p, 0);  // only where both were rejected
        }
        EXPECT_LT(equal, 16);
    }
}

TEST(Moves, CountTheirEvaluations) {
    const auto evaluations = [](const char* name, const Json& settings) {
        Example<double> e(two_blobs(), 100);
        Tally tally;
        make<double>(name, settings)->apply(*e.density, e.state(), 0.5, 1, key, 0, tally);
        return std::pair(tally.log_density, tally.score);
    };
    EXPECT_EQ(evaluations("none", Json::object()), std::pair(0L, 0L));
    EXPECT_EQ(evaluations("mala", Json::object()), std::pair(100L, 100L));
    EXPECT_EQ(evaluations("hmc", Json{{"n_leapfrog", 7}}), std::pair(100L, 700L));
    Example<double> e(two_blobs(), 100);
    Tally tally;
    make<double>("random_walk")
        ->apply(*e.density, {e.x.block(0), e.log_density.block(0), nullptr}, 0.5, 1, key, 0, tally);
    EXPECT_EQ(tally.score, 0);
    EXPECT_EQ(tally.log_density, 100);
}

/// Standard normal, but NaN where x_0 > 1 and of density zero where x_0 < -1.
class Holes final : public Density<double> {
public:
    int dim() const override { return 1; }

protected:
    void evaluate_block(Block<const double> x, const Wanted<double>& w) const override {
        for (int l = 0; l < x.lanes(); ++l) {
            if (w.log_density) {
                w.log_density[l] = x(0, l) > 1    ? std::nan("")
                                   : x(0, l) < -1 ? -HUGE_VAL
                                                  : -0.5 * x(0, l) * x(0, l);
            }
            if (w.score) {
                w.score[l] = x(0, l) > 1 ? std::nan("") : -x(0, l);
            }
        }
    }
};

TEST(Moves, ProposalsWithoutADensityAreRefusedAndCounted) {
    for (const char* name : {"random_walk", "mala", "hmc"}) {
        const Holes density;
        Particles<double> x(100, 1), score(100, 1);
        PerParticle<double> log_density(100);
        Tally tally;
        density.evaluate(x.block(0), {.log_density = log_density.block(0), .score = score.block(0).data},
                         tally);
        const auto move = make<double>(name, Json{{"step_size", 1.5}});
        double accepted = 0;
        for (std::uint32_t k = 0; k < 20; ++k) {
            accepted += move->apply(density, {x.block(0), log_density.block(0), score.block(0).data}, 1, 1,
                                    key.with(Purpose::move, 1, k), 0, tally);
        }
        EXPECT_GT(accepted, 10) << name;
        EXPECT_GT(tally.diverged, 50) << name;
        EXPECT_LT(tally.diverged, 2000 - accepted) << name;  // some came to where the density is zero
        EXPECT_EQ(tally.non_finite, 0) << name;
        for (int l = 0; l < padded_lanes(100); ++l) {
            EXPECT_LE(std::abs(x.block(0)(0, l)), 1) << name;
        }
    }
}

/// A start of density zero is left at once.
TEST(Moves, EscapeFromDensityZero) {
    const Holes density;
    Particles<double> x(16, 1);
    PerParticle<double> log_density(16);
    std::fill_n(x.block(0).row(0), 16, -1.5);
    Tally tally;
    density.evaluate(x.block(0), {.log_density = log_density.block(0)}, tally);
    const auto move = make<double>("random_walk");
    for (std::uint32_t k = 0; k < 40; ++k) {
        move->apply(density, {x.block(0), log_density.block(0), nullptr}, 1, 1, key.with(Purpose::move, 1, k),
                    0, tally);
    }
    for (int l = 0; l < 16; ++l) {
        EXPECT_LE(std::abs(x.block(0)(0, l)), 1);
    }
}

}  // namespace
}  // namespace tempera
