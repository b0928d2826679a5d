/**
 * The loop: the reference, the SIMD loop, how their operands are written and where they lie, and the specialiser that
 * makes a class for each combination. Not exported; nothing here checks its arguments.
 */
@NullMarked
package org.adamant.internal.loop;

import org.jspecify.annotations.NullMarked;
