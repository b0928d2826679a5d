package org.adamant.bench.regress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.adamant.bench.support.Tool;

/** The git checkout around a directory. */
final class Checkout {

  private static final int PATIENCE_SECONDS = 60;
  private static final int BUILD_SECONDS = 900;

  private final Scratch scratch;
  private final Path root;

  private Checkout(Scratch scratch, Path root) {
    this.scratch = scratch;
    this.root = root;
  }

  /**
   * The checkout.
   *
   * @throws IOException if there is none, or git does not work in it; the message is git's reason and, if known,
   *     the remedy
   */
  static Checkout around(Path directory, Scratch scratch) throws IOException {
    try {
      return new Checkout(
          scratch, Path.of(git(directory, "rev-parse", "--show-toplevel").getFirst()));
    } catch (IOException e) {
      final String message = String.valueOf(e.getMessage());
      if (message.contains("dubious ownership")) {
        throw new IOException(
            message + "; to allow it: git config --global --add safe.directory " + directory, e);
      }
      throw e;
    }
  }

  /** The checked-out commit, with a plus if there are changes. */
  String head() throws IOException {
    return commit("HEAD") + (hasChanges() ? "+" : "");
  }

  boolean hasChanges() throws IOException {
    return !git("status", "--porcelain", "--untracked-files=no").isEmpty();
  }

  /**
   * The commit that a name stands for.
   *
   * @throws IOException if there is none; the message is git's reason and, if known, the remedy
   */
  String commit(String name) throws IOException {
    try {
      return git("rev-parse", "--verify", "--end-of-options", name + "^{commit}").getFirst();
    } catch (IOException e) {
      if (git("rev-parse", "--is-shallow-repository").equals(List.of("true"))) {
        throw new IOException(
            e.getMessage()
                + "; the clone is shallow: fetch the history, by git fetch --unshallow or"
                + " by fetch-depth: 0 of actions/checkout",
            e);
      }
      throw e;
    }
  }

  /** A file's content in a commit, if it was there. */
  Optional<String> show(String commit, Path file) {
    final Path absolute = file.toAbsolutePath().normalize();
    try {
      final String path = root.relativize(absolute).toString().replace('\\', '/');
      return Optional.of(String.join("\n", git("show", commit + ":" + path)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Checks out a commit beside this checkout and builds its kernel. */
  Path build(String commit) throws IOException {
    final Path directory = scratch.directory().resolve("base");
    git("worktree", "add", "--detach", "--quiet", directory.toString(), commit);
    scratch.atEnd(() -> removeWorktree(directory));
    final boolean isWindows = System.getProperty("os.name").startsWith("Windows");
    Tool.run(
        directory,
        BUILD_SECONDS,
        List.of(
            isWindows ? "mvn.cmd" : "mvn",
            "-q",
            "-B",
            "-ntp",
            "-pl",
            "kernel",
            "compile",
            "-Dformatter.skip",
            "-Dimpsort.skip"));
    return KernelClasses.find(directory);
  }

  private void removeWorktree(Path directory) {
    try {
      git("worktree", "remove", "--force", directory.toString());
    } catch (IOException e) {
      // "git worktree prune" forgets it later.
    }
  }

  private List<String> git(String... arguments) throws IOException {
    return git(root, arguments);
  }

  private static List<String> git(Path directory, String... arguments) throws IOException {
    final List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    return Tool.run(directory, PATIENCE_SECONDS, command);
  }
}
