// SPDX-License-Identifier: MIT
#include "bench/measure.hpp"
#include "core/block.hpp"
#include "core/simd.hpp"

namespace tempera::bench {

namespace {

/// 16 independent chains of multiply-adds in registers: more than the latency times the units of any
/// processor.
template <class Real>
double fma_flops() {
    const hn::ScalableTag<Real> d;
    constexpr int chains = 16, steps = 20000;
    const auto a = hn::Set(d, Real(0.999999)), b = hn::Set(d, Real(1e-6));
    alignas(64) Real out[64];
    const double seconds = least_seconds(
        [&]() HWY_ATTR {
            auto v0 = hn::Set(d, Real(1)), v1 = v0, v2 = v0, v3 = v0, v4 = v0, v5 = v0, v6 = v0, v7 = v0,
                 v8 = v0, v9 = v0, v10 = v0, v11 = v0, v12 = v0, v13 = v0, v14 = v0, v15 = v0;
            for (int i = 0; i < steps; ++i) {
                v0 = hn::MulAdd(v0, a, b), v1 = hn::MulAdd(v1, a, b), v2 = hn::MulAdd(v2, a, b),
                v3 = hn::MulAdd(v3, a, b);
                v4 = hn::MulAdd(v4, a, b), v5 = hn::MulAdd(v5, a, b), v6 = hn::MulAdd(v6, a, b),
                v7 = hn::MulAdd(v7, a, b);
                v8 = hn::MulAdd(v8, a, b), v9 = hn::MulAdd(v9, a, b), v10 = hn::MulAdd(v10, a, b),
                v11 = hn::MulAdd(v11, a, b);
                v12 = hn::MulAdd(v12, a, b), v13 = hn::MulAdd(v13, a, b), v14 = hn::MulAdd(v14, a, b),
                v15 = hn::MulAdd(v15, a, b);
                // Without this the compiler sees 16 equal chains and keeps one.
                asm volatile(""
                             : "+v"(v0.raw), "+v"(v1.raw), "+v"(v2.raw), "+v"(v3.raw), "+v"(v4.raw),
                               "+v"(v5.raw), "+v"(v6.raw), "+v"(v7.raw));
                asm volatile(""
                             : "+v"(v8.raw), "+v"(v9.raw), "+v"(v10.raw), "+v"(v11.raw), "+v"(v12.raw),
                               "+v"(v13.raw), "+v"(v14.raw), "+v"(v15.raw));
            }
            hn::Store(hn::Add(hn::Add(hn::Add(hn::Add(v0, v1), hn::Add(v2, v3)),
                                      hn::Add(hn::Add(v4, v5), hn::Add(v6, v7))),
                              hn::Add(hn::Add(hn::Add(v8, v9), hn::Add(v10, v11)),
                                      hn::Add(hn::Add(v12, v13), hn::Add(v14, v15)))),
                      d, out);
            keep(out);
        },
        60);
    return 2.0 * chains * steps * static_cast<double>(hn::Lanes(d)) / seconds;
}

/// Exponentials of an array in L1 by Highway, in the range that mixtures meet.
template <class Real>
double exp_rate() {
    const hn::ScalableTag<Real> d;
    constexpr std::size_t n = 2048;
    AlignedArray<Real> in(n), out(n);
    for (std::size_t i = 0; i < n; ++i) {
        in[i] = Real(-20) * static_cast<Real>(i) / static_cast<Real>(n);
    }
    const std::size_t step = hn::Lanes(d);
    const double seconds = least_seconds([&]() HWY_ATTR {
        for (std::size_t i = 0; i < n; i += 4 * step) {
            const auto a = hn::Exp(d, hn::Load(d, in.data() + i)),
                       b = hn::Exp(d, hn::Load(d, in.data() + i + step));
            const auto c = hn::Exp(d, hn::Load(d, in.data() + i + 2 * step)),
                       e = hn::Exp(d, hn::Load(d, in.data() + i + 3 * step));
            hn::Store(a, d, out.data() + i);
            hn::Store(b, d, out.data() + i + step);
            hn::Store(c, d, out.data() + i + 2 * step);
            hn::Store(e, d, out.data() + i + 3 * step);
        }
        keep(*out.data());
    });
    return static_cast<double>(n) / seconds;
}

/// Reads an array of so many bytes, bytes per second.
double read_rate(std::size_t bytes) {
    const hn::ScalableTag<float> d;
    const std::size_t n = bytes / sizeof(float), step = hn::Lanes(d);
    AlignedArray<float> in(n);
    alignas(64) float out[64];
    const double seconds = least_seconds([&]() HWY_ATTR {
        auto a = hn::Zero(d), b = a, c = a, e = a, f = a, g = a, h = a, i = a;
        const float* p = in.data();
        for (const float* const end = p + n; p != end; p += 8 * step) {
            a = hn::Or(a, hn::Load(d, p)), b = hn::Or(b, hn::Load(d, p + step));
            c = hn::Or(c, hn::Load(d, p + 2 * step)), e = hn::Or(e, hn::Load(d, p + 3 * step));
            f = hn::Or(f, hn::Load(d, p + 4 * step)), g = hn::Or(g, hn::Load(d, p + 5 * step));
            h = hn::Or(h, hn::Load(d, p + 6 * step)), i = hn::Or(i, hn::Load(d, p + 7 * step));
        }
        hn::Store(hn::Or(hn::Or(hn::Or(a, b), hn::Or(c, e)), hn::Or(hn::Or(f, g), hn::Or(h, i))), d, out);
        keep(out);
    });
    return static_cast<double>(bytes) / seconds;
}

}  // namespace

Peaks measure_peaks(Report& report) {
    Peaks p{fma_flops<float>(), fma_flops<double>(), exp_rate<float>(), exp_rate<double>()};
    report.add(
        {"peak_fma_f32", 1 / p.fma_f32, p.fma_f32, "flop/s", 1.0, false, "multiply-adds in registers"});
    report.add(
        {"peak_fma_f64", 1 / p.fma_f64, p.fma_f64, "flop/s", 1.0, false, "multiply-adds in registers"});
    report.add({"peak_exp_f32", 1 / p.exp_f32, p.exp_f32, "exp/s", 1.0, false, "Highway"});
    report.add({"peak_exp_f64", 1 / p.exp_f64, p.exp_f64, "exp/s", 1.0, false, "Highway"});
    for (const auto& [name, bytes] : {std::pair{"peak_read_l1", std::size_t{1} << 15},
                                      {"peak_read_l2", std::size_t{1} << 19},
                                      {"peak_read_dram", std::size_t{1} << 28}}) {
        if (report.wants(name)) {
            const double rate = read_rate(bytes);
            report.add({name, static_cast<double>(bytes) / rate, rate, "byte/s", 1.0, false,
                        std::to_string(bytes >> 10) + " KiB"});
        }
    }
    return p;
}

}  // namespace tempera::bench
