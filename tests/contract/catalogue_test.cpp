// SPDX-License-Identifier: MIT
// Every catalogue keeps the same promises: methods in the folder are the methods in the list, settings
// resolve to themselves, wrong keys are refused by name.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "core/build_id.hpp"
#include "kernels/transition_kernel.hpp"
#include "moves/move.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {
namespace {

/// Names defined in the folder's sources as "<Family>Entry NAME_<family>() {".
std::set<std::string> names_in_folder(const std::string& folder, const std::string& family) {
    std::set<std::string> names;
    const std::regex entry("Entry (\\w+)_" + family + "\\(\\) \\{");
    for (const auto& file : std::filesystem::recursive_directory_iterator(
             std::filesystem::path(source_dir()) / "engine" / folder)) {
        if (file.path().extension() != ".cpp") {
            continue;
        }
        std::stringstream text;
        text << std::ifstream(file.path()).rdbuf();
        const std::string all = text.str();
        for (std::sregex_iterator i(all.begin(), all.end(), entry), end; i != end; ++i) {
            names.insert((*i)[1]);
        }
    }
    return names;
}

template <class Catalogue>
void check_family(const Catalogue& catalogue, const std::string& folder, const std::string& family) {
    std::set<std::string> listed;
    for (const auto& entry : catalogue) {
        SCOPED_TRACE(family + " " + entry.info.name);
        EXPECT_TRUE(listed.insert(entry.info.name).second) << "listed twice";
        EXPECT_EQ(entry.info.family, family == "move" ? "moves" : family);
        EXPECT_FALSE(entry.info.summary.empty());
        for (const Field& field : entry.info.fields) {
            EXPECT_FALSE(field.help.empty()) << field.name;
        }
        Problems problems;
        entry.check({{"type", entry.info.name}, {"no_such_setting", 1}}, "here", problems);
        ASSERT_FALSE(problems.empty());
        EXPECT_EQ(problems.list().front().place, "here.no_such_setting");
    }
    EXPECT_EQ(names_in_folder(folder, family), listed)
        << "a method without its line in engine/" << folder << "/catalogue.cpp, or the reverse";
}

TEST(Catalogue, Targets) { check_family(target_catalogue(), "targets", "target"); }
TEST(Catalogue, Paths) { check_family(path_catalogue(), "paths", "path"); }
TEST(Catalogue, Kernels) { check_family(kernel_catalogue(), "kernels", "kernel"); }
TEST(Catalogue, Moves) { check_family(move_catalogue(), "moves", "move"); }
TEST(Catalogue, Samplers) { check_family(sampler_catalogue(), "samplers", "sampler"); }

TEST(Catalogue, ResolvingTwiceChangesNothing) {
    const auto check = [](const auto& catalogue) {
        for (const auto& entry : catalogue) {
            Json settings = {{"type", entry.info.name}};
            if (entry.info.name == "gaussian_mixture") {
                settings.update(
                    {{"weights", {1.0}}, {"means", Json::array({{0.0, 0.0}})}, {"variances", {1.0}}});
            }
            const Json once = entry.resolve(settings);
            EXPECT_EQ(entry.resolve(once), once);
            EXPECT_EQ(once["type"], entry.info.name);
        }
    };
    check(target_catalogue()), check(path_catalogue()), check(kernel_catalogue()), check(move_catalogue()),
        check(sampler_catalogue());
}

TEST(Catalogue, UnknownNamesSuggestTheNearest) {
    try {
        find_entry(kernel_catalogue(), "kernel", "secondorder");
        FAIL();
    } catch (const ConfigError& e) {
        EXPECT_EQ(e.problems().front().place, "kernel.type");
        EXPECT_NE(e.problems().front().text.find("second_order"), std::string::npos);
    }
}

}  // namespace
}  // namespace tempera
