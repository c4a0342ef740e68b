// The one function of d3-format that is used here.
declare module "d3-format" {
  export function format(specifier: string): (value: number) => string;
}
