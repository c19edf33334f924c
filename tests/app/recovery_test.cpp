// SPDX-License-Identifier: MIT
// Autosave, restoring after a crash, recent files, quitting with edits.
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <type_traits>

#include <sys/wait.h>
#include <unistd.h>

#include "app/recovery/crash_marker.hpp"
#include "app/shell/recovery_card.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

std::string preset(const char* name) { return std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"; }

class Folder {
public:
    explicit Folder(const char* name)
        : path(fs::temp_directory_path() / (std::string("tempera_") + name + std::to_string(::getpid()))) {
        fs::remove_all(path);
        fs::create_directories(path);
    }
    ~Folder() { fs::remove_all(path); }
    fs::path path;
};

std::vector<fs::path> files_in(const fs::path& folder, const char* extension) {
    std::vector<fs::path> out;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() == extension) {
            out.push_back(entry.path());
        }
    }
    return out;
}

Json some_session(int n_levels) {
    Json session;
    session["document"] = {{"path", {{"n_levels", n_levels}}}};
    return session;
}

/// A session of another process that is killed after it wrote.
void crashed_session(const fs::path& folder, int n_levels, int signal = SIGKILL) {
    const pid_t child = ::fork();
    if (child == 0) {
        Autosave autosave;
        autosave.open(folder);
        autosave.write_and_wait(some_session(n_levels));
        ::raise(signal);
        std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(Autosave, AKilledSessionIsFoundAndALiveOneIsNot) {
    const Folder folder("autosave");
    crashed_session(folder.path, 31);
    Autosave live;
    live.open(folder.path);
    ASSERT_EQ(live.leftovers().size(), 1u);
    EXPECT_EQ(live.leftovers().front().content["document"]["path"]["n_levels"], Json(31));
    EXPECT_TRUE(live.leftovers().front().signal.empty());
    live.write_and_wait(some_session(8));
    Autosave other;  // sees neither the live session nor what the live one already offers
    other.open(folder.path);
    EXPECT_TRUE(other.leftovers().empty());
}

TEST(Autosave, ACrashNamesItsSignal) {
    const Folder folder("signal");
    crashed_session(folder.path, 31, SIGSEGV);
    Autosave next;
    next.open(folder.path);
    ASSERT_EQ(next.leftovers().size(), 1u);
    EXPECT_EQ(next.leftovers().front().signal, "SIGSEGV");
}

TEST(Autosave, KeepsTheNewestFive) {
    const Folder folder("five");
    for (int i = 0; i < 7; ++i) {
        crashed_session(folder.path, 10 + i);
    }
    Autosave next;
    next.open(folder.path);
    ASSERT_EQ(next.leftovers().size(), Autosave::most_kept);
    EXPECT_EQ(next.leftovers().front().content["document"]["path"]["n_levels"], Json(16));
    EXPECT_EQ(files_in(folder.path, ".json").size(), Autosave::most_kept);
    next.discard_first();
    EXPECT_EQ(files_in(folder.path, ".json").size(), Autosave::most_kept - 1);
}

TEST(Autosave, EditsOutlastSessionsWithoutThem) {
    const Folder folder("edits");
    Json edited = some_session(99);
    edited["saved"] = some_session(64)["document"];
    Json untouched = some_session(10), empty = untouched;
    untouched["saved"] = untouched["document"];
    empty["document"] = Json::object();
    const auto leave = [&](const Json& session) {
        const pid_t child = ::fork();
        if (child == 0) {
            Autosave autosave;
            autosave.open(folder.path);
            autosave.write_and_wait(session);
            ::raise(SIGKILL);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
    };
    leave(edited);
    for (int i = 0; i < 6; ++i) {
        leave(untouched);
    }
    leave(empty);
    Autosave next;
    next.open(folder.path);
    ASSERT_EQ(next.leftovers().size(), Autosave::most_kept);
    EXPECT_EQ(next.leftovers().back().content["document"], edited["document"]);
}

TEST(Autosave, WritesEditsOnceInAWhileAndCleansUp) {
    const Folder folder("interval");
    Autosave autosave;
    autosave.open(folder.path);
    int asked = 0;
    const auto content = [&] {
        ++asked;
        return some_session(asked);
    };
    autosave.tick(100, false, content);
    EXPECT_EQ(asked, 0);
    autosave.tick(101, true, content);
    autosave.tick(101 + Autosave::interval / 2, true, content);
    EXPECT_EQ(asked, 1);
    autosave.tick(102 + Autosave::interval, true, content);
    EXPECT_EQ(asked, 2);
    for (int i = 0; i < 2000 && autosave.age() < 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    EXPECT_GE(autosave.age(), 0);
    EXPECT_EQ(files_in(folder.path, ".json").size(), 1u);
    autosave.close(false);
    EXPECT_TRUE(fs::is_empty(folder.path));
}

TEST(Autosave, AFolderThatCannotBeMadeIsNoReasonToStop) {
    const Folder folder("blocked");
    std::ofstream(folder.path / "file") << "in the way";
    NullBench window;
    keep_session(*window.bench, folder.path / "file" / "below", {});
    EXPECT_FALSE(window.bench->autosave.on());
    EXPECT_FALSE(window.bench->autosave.problem().empty());
    ASSERT_TRUE(window.bench->workspace.open(preset("two_lakes")));
    window.bench->workspace.start();
    window.frames(3);
    EXPECT_TRUE(window.bench->workspace.messages.empty());
}

/// Changes a value to another one of its type.
void change(bool& v) { v = !v; }
void change(std::map<std::string, std::string>& v) { v["molecules"] = "moved"; }
void change(int& v) { v += 3; }
void change(double& v) { v += 0.05; }
/// Of a choice that has at least two.
template <class Choice>
    requires std::is_enum_v<Choice>
void change(Choice& v) {
    v = static_cast<Choice>(static_cast<int>(v) == 0);
}
void change(std::string& v) { v += "x"; }
void change(std::vector<std::string>& v) { v.emplace_back("x"); }

TEST(Recovery, EveryPartOfTheViewComesBack) {
    ViewState view;
    int n = 0;
    for_each_remembered(view, [&](const char*, auto& value) {
        change(value);
        ++n;
    });
    const Json json = view_json(view);
    EXPECT_EQ(static_cast<int>(json.size()), n);
    EXPECT_NE(json, view_json(ViewState{}));
    ViewState read;
    read_view(json, read);
    EXPECT_EQ(view_json(read), json);
    read_view(Json::parse(R"({"layout": 7, "by_mode": "no", "arrows": 77})"), read);
    EXPECT_EQ(view_json(read), json);
}

TEST(Recovery, RestoresTheLastAutosaveAndRunsNothing) {
    const Folder folder("restore");
    Json last;
    {
        NullBench window;
        Workbench& bench = *window.bench;
        keep_session(bench, folder.path, {});
        ASSERT_TRUE(bench.workspace.open(preset("re_ladder")));
        bench.set_layout("ladder");
        bench.set_theme("light");
        bench.workspace.set("path.n_levels", 13);
        bench.workspace.commit();
        window.frames(2);
        last = session_json(bench);
        end_session(bench, true);  // what a signal to end does; a crash leaves the same file
    }
    NullBench window;
    Workbench& bench = *window.bench;
    bench.workspace.autostart = true;
    keep_session(bench, folder.path, {});
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    ASSERT_EQ(bench.autosave.leftovers().size(), 1u);
    window.frames(2);
    recover(bench, bench.autosave.leftovers().front().content);
    bench.autosave.discard_first();
    window.frames(2);
    const Json now = session_json(bench);
    for (const char* key : {"file", "saved", "document", "view", "theme", "scale", "pace"}) {
        EXPECT_EQ(now[key], last[key]) << key;
    }
    EXPECT_TRUE(bench.workspace.modified());
    EXPECT_FALSE(bench.workspace.busy());
    EXPECT_TRUE(bench.autosave.leftovers().empty());
    end_session(bench, false);
    EXPECT_TRUE(fs::is_empty(folder.path / "sessions"));
}

TEST(Recovery, QuittingAsksOnlyWhenEditsWouldBeLost) {
    NullBench window;
    Workbench& bench = *window.bench;
    ASSERT_TRUE(bench.workspace.open(preset("two_lakes")));
    bench.workspace.set("path.n_levels", 13);
    bench.commands.run("file.quit", bench);
    window.frames(3);
    EXPECT_FALSE(bench.quit);
    ASSERT_TRUE(bench.questions.open());
    bench.questions.answer(99);
    EXPECT_FALSE(bench.quit);
    bench.workspace.undo();
    bench.commands.run("file.quit", bench);
    EXPECT_TRUE(bench.quit);
}

TEST(Recents, LastFromSessionToSession) {
    const Folder folder("recents");
    Recents first;
    first.keep_in(folder.path / "deep" / "recent.json");
    for (int i = 0; i < 20; ++i) {
        first.add("/nowhere/" + std::to_string(i) + ".json");
    }
    first.add("/nowhere/12.json");
    Recents second;
    second.keep_in(folder.path / "deep" / "recent.json");
    ASSERT_EQ(second.files().size(), Recents::most);
    EXPECT_EQ(second.files()[0], "/nowhere/12.json");
    EXPECT_EQ(second.files()[1], "/nowhere/19.json");
    second.remove("/nowhere/19.json");
    EXPECT_EQ(second.files()[1], "/nowhere/18.json");
}

}  // namespace
}  // namespace tempera::app
