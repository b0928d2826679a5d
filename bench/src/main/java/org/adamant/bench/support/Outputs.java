package org.adamant.bench.support;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** The files that a command writes: refused early, written at its end, each with one line of output. */
public final class Outputs {

  private Outputs() {}

  /**
   * Refuses a file that cannot be written, before any work is done.
   *
   * @throws ParameterException if its directory cannot be made or written to
   */
  public static void prepare(CommandSpec spec, String option, Path file) {
    try {
      AtomicFile.prepare(file);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), option + " " + file + ": " + reason(e), e);
    }
  }

  /** Writes a file and says so, or says why not. */
  public static boolean write(CommandSpec spec, Path file, String content) {
    try {
      AtomicFile.write(file, content);
    } catch (IOException e) {
      spec.commandLine().getErr().println("cannot write " + file + ": " + reason(e));
      return false;
    }
    spec.commandLine().getOut().println("written: " + file.toAbsolutePath().normalize());
    return true;
  }

  /** Why a file could not be read or written. */
  public static String reason(IOException e) {
    if (e instanceof FileSystemException failed) {
      // Its message is often no more than the path.
      return failed.getReason() == null ? e.getClass().getSimpleName() : failed.getReason();
    }
    return e.getMessage();
  }

  /** The command line of the user, to be shown beside its results. */
  public static String command(CommandSpec spec) {
    return String.join(" ", spec.root().commandLine().getParseResult().originalArgs());
  }
}
