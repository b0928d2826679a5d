package org.adamant.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which package uses which, as the JDK's jdeps reads it from the class files. */
class RoomsTest {

  private static final String BENCH = "org.adamant.bench";

  /** Each may use those after it, and none before it. */
  private static final List<String> ROOMS =
      List.of(
          BENCH,
          BENCH + ".train",
          BENCH + ".train.program",
          BENCH + ".train.report",
          BENCH + ".train.trainer",
          BENCH + ".train.model",
          BENCH + ".train.data",
          BENCH + ".suite",
          BENCH + ".report",
          BENCH + ".peers",
          BENCH + ".regress",
          BENCH + ".regress.probe",
          BENCH + ".jmh.jmh_generated",
          BENCH + ".jmh",
          BENCH + ".results",
          BENCH + ".page",
          BENCH + ".support");

  @Test
  void everyRoomUsesOnlyThoseAfterIt() throws Exception {
    final Set<String> rooms = new HashSet<>();
    final List<String> upwards = new ArrayList<>();
    String user = "";
    for (String line : jdeps()) {
      final String[] sides = line.strip().split("\\s*->\\s*");
      user = sides[0].isEmpty() ? user : sides[0].split("\\s")[0];
      final String used = sides.length < 2 ? "" : sides[1].split("\\s")[0];
      Stream.of(user, used).filter(name -> name.startsWith(BENCH)).forEach(rooms::add);
      if (used.startsWith(BENCH) && ROOMS.indexOf(used) < ROOMS.indexOf(user)) {
        upwards.add(user + " -> " + used);
      }
    }
    assertThat(rooms).containsExactlyInAnyOrderElementsOf(ROOMS);
    assertThat(upwards).isEmpty();
  }

  /** A line for each package that a package uses; its own name stands only in the first. */
  private static List<String> jdeps() throws Exception {
    final Path classes =
        Path.of(Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    final StringWriter out = new StringWriter();
    final int status =
        ToolProvider.findFirst("jdeps")
            .orElseThrow()
            .run(
                new PrintWriter(out, true), new PrintWriter(out, true),
                "--ignore-missing-deps", "-verbose:package", classes.toString());
    assertThat(status).as(out.toString()).isZero();
    return out.toString().lines().toList();
  }
}
