import{z as e}from"./c-EZ7CHW63.js";function l(t){return e("listening")(`listening.${t.kind}`,{rule:t.rule})}export{l as a};
