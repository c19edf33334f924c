// SPDX-License-Identifier: MIT
// What every transition kernel promises. With x ~ p_{k+1} and y = down(x), the work W weighs y to p_k:
//   E[e^W f(y)] = (Z_k / Z_{k+1}) E_{p_k} f; upwards e^{-W} weighs to p_{k+1}; and swaps built from both
//   leave
// p_k x p_{k+1} alone. A kernel that reports a wrong ratio must be caught.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "core/parallel.hpp"
#include "support/kernels.hpp"

namespace tempera::testing {
namespace {

constexpr double bound = 4.5;  // standard errors; about 3000 comparisons of this folder expect 0.02 beyond

struct Case {
    std::string label;
    Json kernel;
    bool exact = true;  ///< weights are unbiased (Hutchinson's are not)
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.label; }

/// Every catalogue entry with every value of its choices.
std::vector<Case> cases() {
    std::vector<Case> out;
    for (const KernelEntry& entry : kernel_catalogue()) {
        const std::string& name = entry.info.name;
        bool varied = false;
        for (const Field& field : entry.info.fields) {
            for (const std::string& choice : field.choices) {
                varied = true;
                out.push_back({name + "_" + choice,
                               {{"type", name}, {field.name, choice}},
                               choice.find("hutchinson") != 0});
            }
        }
        if (!varied) {
            out.push_back({name, {{"type", name}}});
        }
    }
    return out;
}

/// Functions whose averages are compared: 1, x_i, x_i x_j, cos x_0.
std::vector<double> observables(Block<const double> x, int lane) {
    std::vector<double> out = {1.0, std::cos(x(0, lane))};
    for (int i = 0; i < x.dim; ++i) {
        out.push_back(x(i, lane));
        for (int j = 0; j <= i; ++j) {
            out.push_back(x(i, lane) * x(j, lane));
        }
    }
    return out;
}

/// Sums of differences and their squares.
struct Drift {
    std::vector<double> sum, squares;
    long n = 0, failed = 0, accepted = 0;
    void add(const std::vector<double>& value) {
        sum.resize(value.size()), squares.resize(value.size());
        for (std::size_t i = 0; i < value.size(); ++i) {
            sum[i] += value[i], squares[i] += value[i] * value[i];
        }
        ++n;
    }
    Drift& operator+=(const Drift& o) {
        sum.resize(o.sum.size()), squares.resize(o.sum.size());
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += o.sum[i], squares[i] += o.squares[i];
        }
        n += o.n, failed += o.failed, accepted += o.accepted;
        return *this;
    }
    /// Largest |mean| over its standard error.
    double largest() const {
        double out = 0;
        for (std::size_t i = 0; i < sum.size(); ++i) {
            const double mean = sum[i] / static_cast<double>(n);
            const double variance = squares[i] / static_cast<double>(n) - mean * mean;
            out = std::max(out, std::abs(mean) /
                                    (std::sqrt(std::max(variance, 0.0) / static_cast<double>(n)) + 1e-9));
        }
        return out;
    }
};

/// A block of exact samples of a level with what a kernel made of it.
struct Pair {
    Particles<double> from, to;
    std::vector<double> log_ratio = std::vector<double>(block_size), work = std::vector<double>(block_size);
    std::vector<unsigned char> failed = std::vector<unsigned char>(block_size);
};

Pair propose(const DensityPath<double>& path, const TransitionKernel<double>& kernel, int k, bool down, int b,
             std::uint64_t seed, bool check_inverse) {
    Pair p{Particles<double>(block_size, path.dim()), Particles<double>(block_size, path.dim())};
    const auto first = static_cast<std::uint32_t>(b * block_size);
    const StreamKey key = test_key(seed);
    const int level = down ? k + 1 : k;
    path.sample_level(level, key.with(Purpose::noise, static_cast<std::uint32_t>(level)), first,
                      p.from.block(0));
    Tally tally;
    const LevelBlock<double> from{p.from.block(0)};
    const Transition<double> out{p.to.block(0), p.log_ratio.data(), p.failed.data(), check_inverse};
    down ? kernel.down(k, from, out, key, first, tally) : kernel.up(k, from, out, key, first, tally);
    AlignedArray<double> low(block_size), high(block_size);
    path.density(k).evaluate(down ? p.to.block(0) : p.from.block(0), {.log_density = low.data()}, tally);
    path.density(k + 1).evaluate(down ? p.from.block(0) : p.to.block(0), {.log_density = high.data()}, tally);
    for (std::size_t l = 0; l < block_size; ++l) {
        p.work[l] = low[l] - high[l] + p.log_ratio[l];
    }
    return p;
}

/// Weighted proposals against exact samples of the level they are weighed to.
Drift weighted_identity(const DensityPath<double>& path, const TransitionKernel<double>& kernel, int k,
                        bool down, int n_blocks) {
    const double log_ratio_z = path.log_normaliser(k).value() - path.log_normaliser(k + 1).value();
    return parallel_sum<Drift>(n_blocks, [&](int b) {
        const Pair p = propose(path, kernel, k, down, b, 17, false);
        Particles<double> exact(block_size, path.dim());
        const int level = down ? k : k + 1;
        path.sample_level(level, test_key(18).with(Purpose::noise, static_cast<std::uint32_t>(level)),
                          static_cast<std::uint32_t>(b * block_size), exact.block(0));
        Drift drift;
        for (int l = 0; l < block_size; ++l) {
            const auto i = static_cast<std::size_t>(l);
            const double weight =
                p.failed[i] ? 0.0 : std::exp(down ? p.work[i] - log_ratio_z : log_ratio_z - p.work[i]);
            std::vector<double> value = observables(p.to.block(0), l);
            const std::vector<double> truth = observables(exact.block(0), l);
            for (std::size_t f = 0; f < value.size(); ++f) {
                value[f] = weight * value[f] - truth[f];
            }
            drift.failed += p.failed[i];
            drift.add(value);
        }
        return drift;
    });
}

/// One generalised swap from the exact product law: change of every average at both levels.
Drift swap_drift(const DensityPath<double>& path, const TransitionKernel<double>& kernel, int k,
                 int n_blocks) {
    return parallel_sum<Drift>(n_blocks, [&](int b) {
        const Pair down = propose(path, kernel, k, true, b, 29, true),
                   up = propose(path, kernel, k, false, b, 29, true);
        Drift drift;
        for (int l = 0; l < block_size; ++l) {
            const auto i = static_cast<std::size_t>(l);
            Stream stream(test_key(29).with(Purpose::swap, static_cast<std::uint32_t>(k)),
                          static_cast<std::uint32_t>(b * block_size + l));
            const bool accept =
                !down.failed[i] && !up.failed[i] && std::log(stream.uniform()) < down.work[i] - up.work[i];
            std::vector<double> value;
            for (const auto& [after, before] :
                 {std::pair(&down.to, &up.from), std::pair(&up.to, &down.from)}) {
                const std::vector<double> x = observables(after->block(0), l),
                                          y = observables(before->block(0), l);
                for (std::size_t f = 1; f < x.size(); ++f) {
                    value.push_back(accept ? x[f] - y[f] : 0.0);
                }
            }
            drift.accepted += accept;
            drift.failed += down.failed[i] || up.failed[i];
            drift.add(value);
        }
        return drift;
    });
}

class KernelContract : public ::testing::TestWithParam<Case> {};

TEST_P(KernelContract, WorkWeighsProposalsToTheOtherLevel) {
    for (const char* process : {"vp", "ve"}) {
        if (GetParam().kernel.value("coordinates", "") == "ou" && process[1] == 'e') {
            continue;
        }
        const auto path = make_path<double>(two_mode(2), log_snr(20, 0.03, 30), {{"process", process}});
        const auto kernel = make_kernel<double>(GetParam().kernel, path);
        for (const int k : {0, 4, 10, 19}) {
            for (const bool down : {true, false}) {
                const Drift drift = weighted_identity(*path, *kernel, k, down, 64);
                EXPECT_EQ(drift.failed, 0);
                if (GetParam().exact) {
                    EXPECT_LT(drift.largest(), bound)
                        << process << " level " << k << (down ? " down" : " up");
                } else {  // biased weights: close, not exact
                    EXPECT_LT(std::abs(drift.sum[0] / static_cast<double>(drift.n)), 0.1)
                        << process << " level " << k;
                }
            }
        }
    }
}

TEST_P(KernelContract, SwapsLeaveTheProductAlone) {
    const auto path = make_path<double>(two_mode(2), log_snr(10, 0.03, 30));
    const auto kernel = make_kernel<double>(GetParam().kernel, path);
    for (const int k : {0, 3, 5, 9}) {
        const Drift drift = swap_drift(*path, *kernel, k, 64);
        EXPECT_LT(drift.largest(), bound) << "level " << k;
        EXPECT_GT(drift.accepted, drift.n / 50) << "level " << k;
        EXPECT_LT(drift.failed, drift.n / 20) << "level " << k;
    }
}

TEST_P(KernelContract, DrawsDependOnParticlesOnly) {
    // A block cut in another place gives the same numbers, and another step of the stream gives others.
    const auto path = make_path<float>(two_mode(3), log_snr(6, 0.1, 10));
    const auto kernel = make_kernel<float>(GetParam().kernel, path);
    Particles<float> x(96, 3), all(96, 3), part(32, 3);
    path->sample_level(3, test_key(1).with(Purpose::noise, 3), 0, x.block(0));
    double a[block_size], b[block_size];
    unsigned char failed[block_size] = {};
    Tally tally;
    kernel->down(2, {x.block(0)}, {all.block(0), a, failed}, test_key(5), 0, tally);
    const Block<const float> tail{x.block(0).data + 64, 3, 32};
    kernel->down(2, {tail}, {part.block(0), b, failed}, test_key(5), 64, tally);
    for (int l = 0; l < 32; ++l) {
        EXPECT_EQ(all(64 + l, 1), part(l, 1));
        EXPECT_EQ(a[64 + l], b[l]);
    }
    EXPECT_GE(tally.evaluations(), kernel->is_identity() ? 0 : 128);
}

INSTANTIATE_TEST_SUITE_P(All, KernelContract, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.label; });

/// A kernel with a fault to be found.
class Broken final : public TransitionKernel<double> {
public:
    using Fault = std::function<void(const Transition<double>&)>;
    Broken(std::shared_ptr<const TransitionKernel<double>> inner, Fault fault)
        : inner_(std::move(inner)), fault_(std::move(fault)) {}
    void down(int k, const LevelBlock<double>& from, const Transition<double>& out, const StreamKey& key,
              std::uint32_t first, Tally& tally) const override {
        inner_->down(k, from, out, key, first, tally);
        fault_(out);
    }
    void up(int k, const LevelBlock<double>& from, const Transition<double>& out, const StreamKey& key,
            std::uint32_t first, Tally& tally) const override {
        inner_->up(k, from, out, key, first, tally);
        fault_(out);
    }

private:
    std::shared_ptr<const TransitionKernel<double>> inner_;
    Fault fault_;
};

TEST(KernelContracts, CatchFaults) {
    const auto path = make_path<double>(two_mode(2), log_snr(20, 0.03, 30));
    const auto caught = [&](const Json& settings, const Broken::Fault& fault) {
        const Broken kernel(make_kernel<double>(settings, path), fault);
        return std::max(weighted_identity(*path, kernel, 10, true, 64).largest(),
                        swap_drift(*path, kernel, 10, 64).largest()) > bound;
    };
    const Json second = {{"type", "second_order"}}, map = {{"type", "transport_midpoint"}};
    EXPECT_FALSE(caught(second, [](const Transition<double>&) {})) << "the unbroken kernel";
    EXPECT_TRUE(caught(second, [](const Transition<double>& out) {  // a forgotten determinant
        for (int l = 0; l < block_size; ++l) {
            out.log_ratio[l] *= 0.9;
        }
    }));
    EXPECT_TRUE(
        caught(second, [](const Transition<double>& out) {  // positions moved after the density was taken
            for (int l = 0; l < out.to.n; ++l) {
                out.to(0, l) += 0.25;
            }
        }));
    EXPECT_TRUE(caught(map, [](const Transition<double>& out) {  // no determinant at all
        std::fill_n(out.log_ratio, block_size, 0.0);
    }));
    EXPECT_TRUE(caught(map, [](const Transition<double>& out) {  // clipped samples
        for (int l = 0; l < out.to.n; ++l) {
            out.to(1, l) = std::clamp(out.to(1, l), -0.8, 0.8);
        }
    }));
}

}  // namespace
}  // namespace tempera::testing
