// SPDX-License-Identifier: MIT
// Every catalogue keeps the same promises: methods in the folder are the methods in the list, settings
// resolve to themselves, wrong keys are refused by name.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "core/build_id.hpp"
#include "kernels/transition_kernel.hpp"
#include "models/model.hpp"
#include "moves/move.hpp"
#include "paths/schedule.hpp"
#include "run/diagnostics/diagnostic.hpp"
#include "samplers/annealed_sampler.hpp"
#include "training/objective.hpp"

namespace tempera {
namespace {

/// Names defined in the folder's sources as "...Entry NAME_<family>() {".
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

bool names_the_unknown_setting(const Problems& problems) {
    return std::any_of(problems.list().begin(), problems.list().end(),
                       [](const Problem& p) { return p.place == "here.no_such_setting"; });
}

/// `section`: what presets call the family.
template <class Catalogue>
void check_family(const Catalogue& catalogue, const std::string& folder, const std::string& family,
                  const std::string& section) {
    std::set<std::string> listed;
    for (const auto& entry : catalogue) {
        SCOPED_TRACE(family + " " + entry.info.name);
        EXPECT_TRUE(listed.insert(entry.info.name).second) << "listed twice";
        EXPECT_EQ(entry.info.family, section);
        EXPECT_FALSE(entry.info.summary.empty());
        for (const Field& field : entry.info.fields) {
            EXPECT_FALSE(field.help.empty()) << field.name;
        }
        Problems problems;
        entry.check({{"type", entry.info.name}, {"no_such_setting", 1}}, "here", problems);
        EXPECT_TRUE(names_the_unknown_setting(problems));
    }
    EXPECT_EQ(names_in_folder(folder, family), listed)
        << "a method without its line in engine/" << folder << "/catalogue.cpp, or the reverse";
}

TEST(Catalogue, Targets) { check_family(target_catalogue(), "targets", "target", "target"); }
TEST(Catalogue, Models) { check_family(model_catalogue(), "models", "model", "model"); }
TEST(Catalogue, Paths) { check_family(path_catalogue(), "paths", "path", "path"); }
TEST(Catalogue, Kernels) { check_family(kernel_catalogue(), "kernels", "kernel", "kernel"); }
TEST(Catalogue, Moves) { check_family(move_catalogue(), "moves", "move", "moves"); }
TEST(Catalogue, Samplers) { check_family(sampler_catalogue(), "samplers", "sampler", "sampler"); }
TEST(Catalogue, Objectives) {
    check_family(training::objective_catalogue(), "training", "objective", "model.losses");
}
TEST(Catalogue, Diagnostics) {
    check_family(diagnostic_catalogue(), "run/diagnostics", "diagnostic", "run.record.diagnostics");
}

TEST(Catalogue, Schedules) {
    std::set<std::string> listed;
    for (const ScheduleEntry& entry : schedule_catalogue()) {
        SCOPED_TRACE(entry.name);
        EXPECT_TRUE(listed.insert(entry.name).second) << "listed twice";
        EXPECT_FALSE(entry.summary.empty());
        EXPECT_TRUE(entry.for_rho || entry.for_beta);
        for (const Field& field : entry.fields) {
            EXPECT_FALSE(field.help.empty()) << field.name;
        }
        Problems problems;
        entry.check({{"type", entry.name}, {"no_such_setting", 1}}, "here", problems);
        EXPECT_TRUE(names_the_unknown_setting(problems));
        EXPECT_EQ(&find_schedule(entry.name), &entry);
    }
    EXPECT_EQ(names_in_folder("paths", "schedule"), listed);
}

/// What an entry cannot do without.
Json needed(const std::string& name) {
    if (name == "gaussian_mixture") {
        return {{"weights", {1.0}}, {"means", Json::array({{0.0, 0.0}})}, {"variances", {1.0}}};
    }
    if (name == "explicit") {
        return {{"rho", {0.1, 1.0, 10.0}}};
    }
    if (name == "torchscript") {
        return nullptr;  // a file that is there
    }
    return Json::object();
}

TEST(Catalogue, ResolvingTwiceChangesNothing) {
    const auto check = [](const std::string& name, const auto& entry) {
        SCOPED_TRACE(name);
        if (needed(name).is_null()) {
            return;
        }
        Json settings = {{"type", name}};
        settings.update(needed(name));
        const Json once = entry.resolve(settings);
        EXPECT_EQ(entry.resolve(once), once);
        EXPECT_EQ(once["type"], name);
    };
    const auto check_all = [&](const auto& catalogue) {
        for (const auto& entry : catalogue) {
            check(entry.info.name, entry);
        }
    };
    check_all(target_catalogue()), check_all(model_catalogue()), check_all(path_catalogue());
    check_all(kernel_catalogue()), check_all(move_catalogue()), check_all(sampler_catalogue());
    check_all(training::objective_catalogue());
    for (const ScheduleEntry& entry : schedule_catalogue()) {
        check(entry.name, entry);
    }
}

TEST(Catalogue, MethodsTellWhatTheyCan) {
    EXPECT_FALSE(model_info({{"type", "none"}}).present);
    EXPECT_FALSE(model_info(Json()).present);
    EXPECT_FALSE(model_info({{"type", "no_such_model"}}).present);
    EXPECT_TRUE(model_info({{"type", "energy_mlp"}}).has_log_density);
    EXPECT_FALSE(model_info({{"type", "score_mlp"}}).has_log_density);
    EXPECT_TRUE(model_info({{"type", "torchscript"}}).has_log_density);
    EXPECT_FALSE(model_info({{"type", "torchscript"}, {"output", "score"}}).has_log_density);
    EXPECT_EQ(trainable_models(), "energy_mlp or score_mlp");
    EXPECT_THROW(check_trainable({{"type", "perturbed_exact"}}), ConfigError);
    EXPECT_NO_THROW(check_trainable({{"type", "score_mlp"}}));
    EXPECT_EQ(sampler_info({{"type", "smc"}}).resamples_below, 0.5);
    EXPECT_TRUE(sampler_info({{"type", "smc"}}).needs_level_densities);
    EXPECT_FALSE(sampler_info({{"type", "smc"}, {"ess_threshold", 0}}).needs_level_densities);
    EXPECT_FALSE(sampler_info({{"type", "ais"}}).needs_level_densities);
    EXPECT_TRUE(sampler_info({{"type", "replica_exchange"}}).exchanges);
    EXPECT_TRUE(path_info({{"type", "learned_diffusion"}}).uses_model);
    EXPECT_TRUE(path_info({{"type", "diffusion"}}).needs_mixture);
    EXPECT_FALSE(path_info({{"type", "tempering"}}).uses_rho);
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
