/**
 * Named arrays in safetensors files, which other systems read, too. {@link org.adamant.checkpoint.SafeTensors}
 * reads strictly. {@link org.adamant.checkpoint.SafeTensorsWriter} replaces a file atomically, so that a crash
 * leaves the old checkpoint or the new one.
 *
 * <p>The package knows nothing of optimizers and uses nothing else of this library. Arrays are {@link
 * java.lang.foreign.MemorySegment}s; {@code org.adamant.Storage.of(tensor.data(), format)} makes an operand of one.
 */
@NullMarked
package org.adamant.checkpoint;

import org.jspecify.annotations.NullMarked;
