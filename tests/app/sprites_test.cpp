// SPDX-License-Identifier: MIT
// Particles as the graphics card draws them and as Dear ImGui's lists do: the same picture.
#include <gtest/gtest.h>

#include "app/platform/egl_context.hpp"
#include "app/platform/frame.hpp"
#include "core/build_id.hpp"

namespace tempera::app {
namespace {

PanelPicture particles(bool hardware) {
    AppOptions options;
    options.file = std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json";
    options.layout = "molecules";  // the particles large
    options.width = 1000;
    options.height = 700;
    options.hardware = hardware;
    return panel_pictures(options, {"particles"}).front();
}

TEST(Sprites, AreTheSamePictureOnTheCardAndInTheLists) {
    try {
        const EglContext probe(16, 16);
    } catch (const std::runtime_error& e) {
        GTEST_SKIP() << e.what();
    }
    const PanelPicture lists = particles(false), card = particles(true);
    ASSERT_EQ(lists.rgb.size(), card.rgb.size());
    long different = 0;
    for (std::size_t i = 0; i < lists.rgb.size(); ++i) {
        different += std::abs(static_cast<int>(lists.rgb[i]) - static_cast<int>(card.rgb[i])) > 2;
    }
    // An edge may fall on the other side of a pixel's centre; 4096 particles left out would be far more.
    EXPECT_LT(static_cast<double>(different), 0.002 * static_cast<double>(lists.rgb.size()));
}

}  // namespace
}  // namespace tempera::app
