// SPDX-License-Identifier: MIT
// A run under way when the window ends is offered to the next one, and ends with the bits it would have had.
#include <gtest/gtest.h>

#include <unistd.h>

#include "app/shell/recovery_card.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"
#include "run/record/result.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

class Folder {
public:
    Folder() : path(fs::temp_directory_path() / ("tempera_run_recovery_" + std::to_string(::getpid()))) {
        fs::remove_all(path);
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

/// A window that keeps its session, on the two lakes with an edit of its own.
class Session : public NullBench {
public:
    explicit Session(const fs::path& folder) {
        keep_session(*bench, folder, {});
        EXPECT_TRUE(bench->workspace.open(std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json"));
        frames(2);
    }
    Workspace& workspace() { return bench->workspace; }
    void start(bool paused) {
        workspace().set("sampler.n_particles", 512);
        workspace().set("moves", Json{{"type", "mala"}, {"n_steps", 2}});
        workspace().commit();
        workspace().start(paused);
    }
    void steps(int n) {
        for (int i = 0; i < n; ++i) {
            const long before = workspace().snapshot().steps_done;
            workspace().step_move();
            ASSERT_TRUE(wait_until([&] { return workspace().snapshot().steps_done > before; }));
        }
    }
    template <class Condition>
    bool wait_until(Condition condition) {
        for (int i = 0; i < 10000 && !condition(); ++i) {
            frames();
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return condition();
    }
};

std::vector<double> whole_run(const fs::path& folder) {
    Session session(folder);
    session.start(false);
    EXPECT_TRUE(session.wait_for_end());
    end_session(*session.bench, false);
    return session.workspace().result()->first.log_weight;
}

TEST(RunRecovery, TheNextWindowGoesOnWithTheSameBits) {
    const Folder folder;
    const std::vector<double> expected = whole_run(folder.path);
    {
        Session session(folder.path);
        session.start(true);
        session.steps(40);
        EXPECT_TRUE(end_session(*session.bench, true)) << "nobody was asked: the run is kept";
        session.bench.reset();
    }
    Session session(folder.path);
    ASSERT_EQ(session.bench->autosave.leftovers().size(), 1u);
    ASSERT_FALSE(session.bench->autosave.leftovers().front().run.is_null());
    restore_leftover(*session.bench);
    ASSERT_TRUE(session.wait_until([&] { return session.workspace().snapshot().state == RunState::paused; }));
    EXPECT_EQ(session.workspace().snapshot().steps_done, 40);
    EXPECT_EQ(session.workspace().value("sampler.n_particles"), Json(512));
    EXPECT_TRUE(session.workspace().pending().empty());
    EXPECT_TRUE(session.bench->autosave.leftovers().empty());
    session.workspace().run_or_pause();
    ASSERT_TRUE(session.wait_for_end());
    EXPECT_EQ(session.workspace().result()->first.log_weight, expected);
    EXPECT_FALSE(fs::exists(session.bench->autosave.run_folder())) << "over: its states are gone";
    end_session(*session.bench, false);
    EXPECT_TRUE(fs::is_empty(folder.path / "sessions"));
}

TEST(RunRecovery, WhatThePersonQuitsOrDiscardsIsGone) {
    const Folder folder;
    {
        Session session(folder.path);
        session.start(true);
        session.steps(5);
        EXPECT_FALSE(end_session(*session.bench, false)) << "seconds of work are not worth a question";
    }
    EXPECT_TRUE(fs::is_empty(folder.path / "sessions"));
    {
        Session session(folder.path);
        session.start(true);
        session.steps(5);
        end_session(*session.bench, true);
        session.bench.reset();
    }
    Session session(folder.path);
    ASSERT_EQ(session.bench->autosave.leftovers().size(), 1u);
    session.bench->autosave.discard_first();
    end_session(*session.bench, false);
    EXPECT_TRUE(fs::is_empty(folder.path / "sessions"));
}

}  // namespace
}  // namespace tempera::app
