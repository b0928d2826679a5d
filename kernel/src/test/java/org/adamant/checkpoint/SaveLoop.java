package org.adamant.checkpoint;

import java.nio.file.Path;

/** The program that is killed: it saves state after state, and prints which one is saved. */
final class SaveLoop {

  private SaveLoop() {}

  /**
   * Saves without end.
   *
   * @param args the file, the number of the first state, and how many numbers a tensor has
   */
  public static void main(String[] args) throws CheckpointException {
    final Path file = Path.of(args[0]);
    for (long counter = Long.parseLong(args[1]);; counter++) {
      Checkpoints.of(counter, Integer.parseInt(args[2])).write(file);
      System.out.println(counter);
    }
  }
}
