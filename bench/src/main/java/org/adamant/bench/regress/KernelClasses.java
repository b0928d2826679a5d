package org.adamant.bench.regress;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipFile;
import org.adamant.AdamKernel;

/** Where the classes of a kernel lie: in a jar, a directory of classes or a built checkout. */
final class KernelClasses {

  private static final String CLASS = AdamKernel.class.getName().replace('.', '/') + ".class";

  private KernelClasses() {}

  /** The kernel that this program runs with. */
  static Path running() {
    try {
      return Path.of(
          AdamKernel.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Finds the classes.
   *
   * @throws IOException if there are none; the message says what was expected, without naming the path
   */
  static Path find(Path path) throws IOException {
    final Path built = path.resolve("kernel/target/classes");
    if (holdsKernel(path)) {
      return path;
    } else if (holdsKernel(built)) {
      return built;
    }
    throw new IOException(
        "holds no kernel; expected a jar or a directory with " + CLASS + ", or a built checkout");
  }

  private static boolean holdsKernel(Path path) throws IOException {
    if (!Files.isRegularFile(path)) {
      return Files.exists(path.resolve(CLASS));
    }
    try (ZipFile jar = new ZipFile(path.toFile())) {
      return jar.getEntry(CLASS) != null;
    } catch (java.util.zip.ZipException e) {
      throw new IOException("is not a jar", e);
    }
  }
}
