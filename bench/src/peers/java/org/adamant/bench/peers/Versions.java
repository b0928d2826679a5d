package org.adamant.bench.peers;

import java.io.File;
import java.util.stream.Stream;

/** Finds the version of a library by the name of its jar, as not all libraries tell their version. */
final class Versions {

  private Versions() {}

  /** The version of an artifact on a class path with Maven's directories. */
  static String of(String group, String artifact) {
    final String directory =
        (group.replace('.', '/') + "/" + artifact + "/").replace('/', File.separatorChar);
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(path -> path.contains(directory))
        .map(path -> path.substring(path.indexOf(directory) + directory.length()))
        .map(rest -> rest.substring(0, rest.indexOf(File.separatorChar)))
        .findFirst()
        .orElse("(unknown version)");
  }
}
