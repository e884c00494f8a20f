/** Base of every value that is not Json, so that one look tells them from data. */
export abstract class Special {
  abstract readonly describes: string;
}
