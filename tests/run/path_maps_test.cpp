// SPDX-License-Identifier: MIT
#include "run/background/path_maps.hpp"

#include <gtest/gtest.h>

#include <set>

#include "run/preset/preset.hpp"

namespace tempera {
namespace {

TEST(PathMaps, LevelsBetweenTakeTheNearestPicture) {
    std::vector<std::shared_ptr<const int>> pictures(11);
    fill_between(pictures);
    EXPECT_EQ(pictures, std::vector<std::shared_ptr<const int>>(11));
    for (const std::size_t level : {2u, 3u, 9u}) {
        pictures[level] = std::make_shared<const int>(static_cast<int>(level));
    }
    fill_between(pictures);
    std::vector<int> shown;
    for (const auto& p : pictures) {
        shown.push_back(*p);
    }
    EXPECT_EQ(shown, (std::vector<int>{2, 2, 2, 3, 3, 3, 9, 9, 9, 9, 9}));
}

TEST(PathMaps, EveryLevelOfAnUsualPathIsDrawn) {
    for (const int n_levels : {1, 7, 64, most_maps - 1}) {
        const std::vector<int> order = map_order(n_levels);
        EXPECT_EQ(order.size(), static_cast<std::size_t>(n_levels) + 1);
        EXPECT_EQ(std::set<int>(order.begin(), order.end()).size(), order.size());
    }
}

/// 20 000 levels would keep 3 GB of pictures.
TEST(PathMaps, LongPathsKeepNoMorePicturesThanFit) {
    for (const int n_levels : {most_maps, 5000, 20000, 100000}) {
        const std::vector<int> order = map_order(n_levels);
        const std::set<int> levels(order.begin(), order.end());
        EXPECT_EQ(levels.size(), order.size());
        EXPECT_LE(order.size(), static_cast<std::size_t>(most_maps + n_thumbnails + 1)) << n_levels;
        EXPECT_GE(order.size(), static_cast<std::size_t>(most_maps / 2)) << n_levels;
        EXPECT_TRUE(levels.contains(0) && levels.contains(n_levels));
    }
    const Json resolved = resolve_preset(parse_preset(
        R"({ "schema": "tempera-preset", "version": 1, "name": "long", "target": { "type": "mog2" },
             "path": { "type": "diffusion", "n_levels": 3000 }, "kernel": { "type": "first_order" },
             "sampler": { "type": "ais", "n_particles": 64 } })",
        "long"));
    std::shared_ptr<const PathMaps> maps;
    compute_path_maps(resolved, 4, {}, [&](auto m) { maps = m; });
    ASSERT_TRUE(maps && maps->complete) << (maps ? maps->error : "");
    std::set<const Grid*> own;
    for (const auto& picture : maps->density) {
        ASSERT_TRUE(picture);
        own.insert(picture.get());
    }
    EXPECT_EQ(maps->density.size(), 3001u);
    EXPECT_LE(own.size(), static_cast<std::size_t>(most_maps + n_thumbnails + 1));
}

}  // namespace
}  // namespace tempera
