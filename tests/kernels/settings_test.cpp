// SPDX-License-Identifier: MIT
// What kernels refuse, and where the message points.
#include <gtest/gtest.h>

#include "support/kernels.hpp"

namespace tempera::testing {
namespace {

std::string refusal(const Json& kernel, std::shared_ptr<const DensityPath<double>> path) {
    try {
        make_kernel<double>(kernel, std::move(path));
    } catch (const ConfigError& e) {
        return e.problems().front().place;
    }
    return "";
}

TEST(KernelSettings, TemperingTakesOnlyTheIdentity) {
    const auto path = make_path<double>(two_mode(2), {1.0, 0.5, 0.0}, {{"type", "tempering"}});
    for (const KernelEntry& entry : kernel_catalogue()) {
        EXPECT_EQ(refusal({{"type", entry.info.name}}, path), entry.info.name == "none" ? "" : "kernel.type")
            << entry.info.name;
    }
}

TEST(KernelSettings, CombinationsThatDoNotGoTogether) {
    const auto ve = make_path<double>(two_mode(2), log_snr(4, 0.1, 10), {{"process", "ve"}});
    EXPECT_EQ(refusal({{"type", "transport_midpoint"}, {"coordinates", "ou"}}, ve), "kernel.coordinates");
    EXPECT_EQ(
        refusal({{"type", "transport_midpoint"}, {"log_det", "hutchinson_corrected"}, {"n_probes", 1}}, ve),
        "kernel.n_probes");
    EXPECT_EQ(refusal({{"type", "transport_midpoint"}, {"n_substeps", "many"}}, ve), "kernel.n_substeps");
    EXPECT_EQ(refusal({{"type", "transport_midpoint"}, {"n_substeps", 0}}, ve), "kernel.n_substeps");
    EXPECT_EQ(refusal({{"type", "transport_midpoint"}, {"tolerance", -1.0}}, ve), "kernel.tolerance");
    EXPECT_EQ(refusal({{"type", "first_order"}, {"variance", "backward"}}, ve), "kernel.variance");
    EXPECT_EQ(refusal({{"type", "second_order"}, {"covarance", "full"}}, ve), "kernel.covarance");
    EXPECT_EQ(refusal({{"type", "transport_midpoint"}, {"tolerance", 1e-8}, {"n_substeps", 2}}, ve), "");
}

TEST(KernelSettings, EverySettingMayChangeDuringARun) {
    for (const KernelEntry& entry : kernel_catalogue()) {
        for (const Field& field : entry.info.fields) {
            EXPECT_EQ(field.change, Change::warm) << entry.info.name << "." << field.name;
            EXPECT_FALSE(field.help.empty()) << entry.info.name << "." << field.name;
        }
    }
}

TEST(KernelSettings, ResolvedSettingsMakeTheSameKernel) {
    const auto path = make_path<double>(two_mode(2), log_snr(8, 0.1, 10));
    for (const KernelEntry& entry : kernel_catalogue()) {
        const Json resolved = entry.resolve({{"type", entry.info.name}});
        EXPECT_EQ(resolved["type"], entry.info.name);
        EXPECT_NO_THROW(make_kernel<double>(resolved, path)) << resolved;
        EXPECT_EQ(entry.resolve(resolved), resolved);
    }
}

TEST(KernelOrder, IsThatOfTheRejection) {
    const auto path = make_path<double>(two_mode(2), log_snr(8, 0.1, 10));
    const auto order = [&](const Json& settings) { return make_kernel<double>(settings, path)->order(); };
    EXPECT_EQ(order({{"type", "none"}}), 1);
    EXPECT_EQ(order({{"type", "first_order"}}), 1);
    EXPECT_EQ(order({{"type", "second_order"}}), 1.5);
    EXPECT_EQ(order({{"type", "second_order"}, {"covariance", "diagonal"}}), 1);
    EXPECT_EQ(order({{"type", "transport_midpoint"}}), 3);
    EXPECT_EQ(order({{"type", "transport_midpoint"}, {"log_det", "hutchinson"}}), 1);
}

}  // namespace
}  // namespace tempera::testing
