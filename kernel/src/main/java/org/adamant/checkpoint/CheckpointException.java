package org.adamant.checkpoint;

import java.io.IOException;

/**
 * A file that is no whole checkpoint, or one that could not be written. The message names the file where it is known,
 * the tensor, the value, and what was expected.
 */
public class CheckpointException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * What is wrong with a checkpoint.
   *
   * @param message the message
   */
  public CheckpointException(String message) {
    super(message);
  }

  /**
   * What was wrong, and why.
   *
   * @param message the message
   * @param cause what came before
   */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
