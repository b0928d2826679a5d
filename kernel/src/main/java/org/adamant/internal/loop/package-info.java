/**
 * The loop: the reference, the SIMD loop, the formats and places of their operands, and the specialiser that makes
 * a class for each combination. Not exported; nothing here checks its arguments.
 */
package org.adamant.internal.loop;
