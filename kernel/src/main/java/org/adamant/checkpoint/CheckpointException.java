package org.adamant.checkpoint;

import java.io.IOException;

/**
 * A file is not a complete checkpoint, or could not be written. The message names the file if it is known, the
 * tensor, the value, and what was expected.
 */
public class CheckpointException extends IOException {

  private static final long serialVersionUID = 1;

  /**
   * An exception without a cause.
   *
   * @param message the message
   */
  public CheckpointException(String message) {
    super(message);
  }

  /**
   * An exception with a cause.
   *
   * @param message the message
   * @param cause the cause
   */
  public CheckpointException(String message, Throwable cause) {
    super(message, cause);
  }
}
