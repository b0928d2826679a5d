package org.adamant.bench.regress;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

  /** The checkout, if there is one. */
  static Optional<Checkout> around(Path directory, Scratch scratch) {
    try {
      final String root = git(scratch, directory, "rev-parse", "--show-toplevel").getFirst();
      return Optional.of(new Checkout(scratch, Path.of(root)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** The commit that is checked out, with a plus if there are changes. */
  String head() throws IOException {
    return commit("HEAD") + (hasChanges() ? "+" : "");
  }

  boolean hasChanges() throws IOException {
    return !git("status", "--porcelain", "--untracked-files=no").isEmpty();
  }

  /** The commit that a name stands for. */
  String commit(String name) throws IOException {
    return git("rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}")
        .getFirst();
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

  /**
   * Checks a commit out beside this checkout and builds its kernel.
   *
   * @return the kernel's classes
   */
  Path build(String commit) throws IOException {
    final Path directory = scratch.directory().resolve("base");
    git("worktree", "add", "--detach", "--quiet", directory.toString(), commit);
    scratch.atEnd(() -> removeWorktree(directory));
    final boolean isWindows = System.getProperty("os.name").startsWith("Windows");
    Tool.run(
        scratch.directory(),
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
      // "git worktree prune" forgets it later by itself.
    }
  }

  private List<String> git(String... arguments) throws IOException {
    return git(scratch, root, arguments);
  }

  private static List<String> git(Scratch scratch, Path directory, String... arguments)
      throws IOException {
    final List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    return Tool.run(scratch.directory(), directory, PATIENCE_SECONDS, command);
  }
}
