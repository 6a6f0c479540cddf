import{z as e}from"./c-2SLJXRBT.js";function l(t){return e("listening")(`listening.${t.kind}`,{rule:t.rule})}export{l as a};
