package org.adamant.bench.regress;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.adamant.bench.results.Accepted;
import org.adamant.bench.results.ResultFile;

/**
 * The kernel to compare with.
 *
 * @param name the user's name for it
 * @param classes where its classes lie
 * @param accepted the jumps that were accepted up to it
 */
record Base(String name, Path classes, List<Accepted> accepted) {

  /** Builds a commit. */
  static Base build(Checkout checkout, String name, String commit, Path acceptedFile)
      throws IOException {
    final Path classes;
    try {
      classes = checkout.build(commit);
    } catch (IOException e) {
      throw new IOException("building the base " + name + ": " + e.getMessage(), e);
    }
    final Optional<String> json = checkout.show(commit, acceptedFile);
    return new Base(
        name + " (" + commit + ")",
        classes,
        json.isPresent()
            ? ResultFile.parseAccepted(name + ":" + acceptedFile, json.get())
            : List.of());
  }

  /** The base from a jar or directory; a checkout has its own file of accepted jumps. */
  static Base of(Path path, Path classes, Path acceptedFile) throws IOException {
    final boolean isCheckout = !classes.equals(path) && !acceptedFile.isAbsolute();
    return new Base(
        path.toString(),
        classes,
        isCheckout && Files.exists(path.resolve(acceptedFile))
            ? ResultFile.readAccepted(path.resolve(acceptedFile))
            : List.of());
  }

  /** The jumps that were accepted after it. */
  List<Accepted> acceptedSince(List<Accepted> jumps) {
    return jumps.stream().filter(jump -> !accepted.contains(jump)).toList();
  }
}
